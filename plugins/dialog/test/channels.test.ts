import { expect, test } from 'vitest'
import { Random } from '../../../test/random.ts'
import type { Subject } from '../src/check/subject.ts'
import type { Turn } from '../src/engine/advance.ts'
import type { ScriptPath } from '../src/picture/script-paths.ts'
import type { Script } from '../src/script.ts'
import { RandomDialog } from './engine-steps.ts'
import { exampleScripts, exampleSubjects } from './examples.ts'
import { led, storedOf } from './led.ts'
import { PathDriver } from './path-driver.ts'

const scripts = [...exampleScripts().values()]
const dialogs = Number(process.env['CARUSO_DIALOGS'] ?? 10)
/** Every path in every language, and a search along those that nobody can take; else each path in one language, those in turn. */
const everything = process.env['CARUSO_PATHS'] === 'all'

/** Paths that the ways of a script allow, and its conditions do not. */
const impossible: readonly { readonly script: string; readonly paths: number; readonly why: string; readonly is: (ways: readonly string[]) => boolean }[] = [
  { script: 'fault', paths: 24, why: 'whoever did not ask to be told when the outage is over is not told', is: (ways) => ways.includes('telephone 0') && !ways.includes('follow 0') },
  { script: 'fault', paths: 4, why: 'whoever asked to be told is told', is: (ways) => ways.includes('follow 0') && !ways.includes('telephone 0') },
  { script: 'identify', paths: 1, why: 'whose number is known from the beginning is not asked to try again', is: (ways) => ways.includes('again 0') && ways.at(-1) === 'customer 1' },
]

test.each([['debtor', 21], ['moving', 34], ['fault', 111], ['identify', 6]] as const)(`on every path of %s (of %i), the same answers give the same outcome, stored answers and actions in every channel${everything ? ' and language' : ''}`, (id, count) => {
  const subjects = exampleSubjects().get(id) as readonly [Subject, ...Subject[]]
  const driver = new PathDriver(subjects)
  const reasons = impossible.filter(({ script }) => script === id)
  expect(driver.paths).toHaveLength(count)
  expect(reasons.map(({ is }) => driver.paths.filter((path) => is(driver.waysOf(path))).length)).toEqual(reasons.map(({ paths }) => paths))
  driver.paths.forEach((path, index) => {
    const canBe = !reasons.some(({ is }) => is(driver.waysOf(path)))
    const turn = canBe || everything ? driver.drive(path) : undefined
    expect(turn !== undefined, driver.waysOf(path).join(', ')).toBe(canBe)
    if (turn !== undefined) expectSame(subjects[0].script, turn, path, index)
  })
}, 600_000)

function expectSame(script: Script, turn: Turn, path: ScriptPath, index: number): void {
  expect(turn.position.at.kind === 'ended' && turn.position.at.node.id).toBe(path.end.id)
  for (const channel of script.channels) {
    // What a keypad cannot give, it leaves out: then it is the path of who leaves it out elsewhere.
    const { state } = channel === 'keypad' ? led(script, { ...turn.state, facts: withoutSkipped(turn) }, 'web', 'en') : turn
    const wanted = storedOf(led(script, state, turn.state.channel, turn.state.language))
    for (const language of everything ? script.languages : [script.languages[index % script.languages.length] ?? '']) expect(storedOf(led(script, state, channel, language))).toEqual(wanted)
  }
}

function withoutSkipped({ state, position }: Turn): Turn['state']['facts'] {
  const skipped = new Set(position.answered.filter(({ node }) => node.keypad === 'skip').map(({ fact }) => fact))
  return state.facts.map((fact, index) => (fact.kind === 'answer' && skipped.has(index) ? { ...fact, value: null } : fact))
}

test(`the same answers give the same outcome, stored answers and actions in every channel and language (${dialogs} dialogs)`, () => {
  const random = new Random(Number(process.env['CARUSO_SEED'] ?? 7))
  const outcomes = new Set<string>()
  for (let count = 0; count < dialogs; ) {
    const dialog = new RandomDialog(random.of(scripts as [Script, ...Script[]]), random)
    for (let steps = 0; !dialog.isOver && steps < 200; steps += 1) dialog.step(true)
    const { state, position } = dialog.turn
    // Nobody escapes by saying nothing here, and what a keypad skips is left out everywhere.
    if (position.at.kind !== 'ended' || state.facts.some(({ kind }) => kind === 'escape')) continue
    if (position.answered.some(({ node, value }) => node.keypad === 'skip' && value !== null)) continue
    count += 1
    outcomes.add(`${dialog.script.id}: ${position.at.node.outcome}`)
    for (const channel of dialog.script.channels) for (const language of dialog.script.languages) expect(storedOf(led(dialog.script, state, channel, language))).toEqual(storedOf(dialog.turn))
  }
  expect(outcomes.size).toBeGreaterThan(4)
}, 600_000)
