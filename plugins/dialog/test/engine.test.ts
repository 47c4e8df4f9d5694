import { expect, test } from 'vitest'
import { Random } from '../../../test/random.ts'
import { compileAll } from '../src/compile/compile-all.ts'
import { advance, begin } from '../src/engine/advance.ts'
import type { Answer, State } from '../src/engine/state.ts'
import { readScript } from '../src/read-script.ts'
import type { Script, Value } from '../src/script.ts'
import { RandomDialog } from './engine-steps.ts'
import { exampleScripts } from './examples.ts'

const scripts = [...exampleScripts().values()]
const steps = Number(process.env['CARUSO_DIALOG_STEPS'] ?? 2_000)

/** What was answered, kept and done, without the times of it. */
function meaningOf({ at: _at, begun: _begun, tries: _tries, facts, ...state }: State): unknown {
  return { ...state, facts: facts.map(({ at: _when, ...fact }) => fact) }
}

test(`a dialog is never stuck, holds no value of a wrong type, goes back and forth, and replays to the same (${steps} steps)`, () => {
  const random = new Random(Number(process.env['CARUSO_SEED'] ?? 1))
  let done = 0
  while (done < steps) {
    const dialog = new RandomDialog(random.of(scripts as [Script, ...Script[]]), random)
    for (let count = 0; !dialog.isOver && count < 200; count += 1) {
      dialog.step()
      done += 1
      expectSound(dialog)
      // Nobody is caught: from wherever one is, there is a way to an end.
      if (!dialog.isOver && random.chance(0.02)) dialog.stepsToEnd(500)
    }
    expect(JSON.stringify(dialog.replayed().state)).toBe(JSON.stringify(dialog.turn.state))
  }
}, 3_600_000)

function expectSound(dialog: RandomDialog): void {
  const { state, position } = dialog.turn
  if (position.used !== state.facts.length) throw new Error(`${state.facts.length - position.used} facts lie on no way`)
  for (const { node, value } of position.answered) if (!isOfType(node.type, value, node.required)) throw new Error(`"${node.id}" holds ${JSON.stringify(value)}`)
  const released = position.releases.flatMap(({ actions }) => actions)
  if (JSON.stringify(released.toSorted(byText)) !== JSON.stringify(dialog.inForce.toSorted(byText))) throw new Error(`Done: ${JSON.stringify(dialog.inForce)}, of the way: ${JSON.stringify(released)}`)
  if (JSON.stringify(JSON.parse(JSON.stringify(state))) !== JSON.stringify(state)) throw new Error('The state is no JSON')
  backAndForth(dialog)
}

/** Going back and giving the same answer changes nothing. */
function backAndForth({ script, turn: { state } }: RandomDialog): void {
  const last = state.facts.at(-1)
  // Where an answer is open to be changed, going back once more keeps it, and it comes back by itself.
  if (last?.kind !== 'answer' || last.skipped || state.over || state.reopened) return
  const before = { ...state, kept: [], facts: state.facts }
  let back: State
  try {
    back = advance(script, before, { kind: 'back', at: state.at }).state
  } catch {
    return
  }
  const forth = advance(script, { ...back, channel: 'web' }, { kind: 'answer', value: (back.reopened as Answer).value, at: state.at }).state
  expect(meaningOf({ ...forth, channel: state.channel })).toEqual(meaningOf({ ...before, kept: forth.kept }))
}

function byText(a: unknown, b: unknown): number {
  const [first, second] = [JSON.stringify(a), JSON.stringify(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

function isOfType(type: string, value: Value, required: boolean): boolean {
  if (value === null) return true
  if (Array.isArray(value)) return type === 'many' && (!required || value.length > 0) && value.every((one) => typeof one === 'string')
  if (typeof value === 'object') return type === 'money' && typeof (value as { readonly amount?: Value }).amount === 'string'
  if (typeof value === 'boolean') return type === 'yes-no'
  if (type === 'number') return /^-?\d+(\.\d+)?$/.test(value)
  return type === 'date' ? /^\d{4}-\d{2}-\d{2}$/.test(value) : !['yes-no', 'many', 'money'].includes(type)
}

test('begin() says what is said before the first question, and asks it', () => {
  const script = scripts.find(({ id }) => id === 'debtor') as Script
  const { position } = begin(script, { given: {}, channel: 'web', language: 'en', at: '2026-11-30T09:00:00Z' })
  expect(position.at.kind === 'question' && position.at.path).toBe('who/number')
  expect(position.said).toHaveLength(1)
})

test.each<[Value, string, Value]>([
  [{ amount: '1.999', currency: 'NOK' }, 'decimals', { amount: '1.990', currency: 'NOK' }],
  [{ amount: '9'.repeat(38), currency: 'NOK' }, 'digits', { amount: '9'.repeat(36), currency: 'NOK' }],
  ['9'.repeat(39), 'digits', `-${'9'.repeat(38)}.0`],
])('a value is no answer that as a text would be none, since it would be rounded: %j is one of too many %s', (value, wrong, fitting) => {
  const type = typeof value === 'string' ? 'type="number"' : 'type="money" currency="NOK"'
  const read = readScript(`<dialog id="short" version="1" start="much" languages="en"><title>Short</title><question id="much" ${type}><prompt>How much?</prompt><otherwise to="bye"/></question><end id="bye" outcome="done"/></dialog>`)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  const script = compileAll([read.definition], { classes: {}, actions: {} }).scripts.get('short') as Script
  const at = '2026-11-30T09:00:00.000Z'
  const { state } = begin(script, { given: {}, channel: 'web', language: 'en', at })
  expect(advance(script, state, { kind: 'answer', value, at }).state).toMatchObject({ facts: [], tries: { wrong } })
  expect(advance(script, state, { kind: 'answer', value: fitting, at }).position.at.kind).toBe('ended')
})
