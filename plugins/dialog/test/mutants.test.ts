import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Random } from '../../../test/random.ts'
import { checkScripts } from '../src/check/check-scripts.ts'
import { actions, classes } from './examples.ts'
import { faults, type Fault } from './faults.ts'

/** A right script with one fault. */
interface Mutant {
  readonly rule: string
  readonly script: string
  readonly text: string
}

const folder = new URL('../../../examples/dialogs/dialogs/', import.meta.url)
const scripts = ['debtor', 'fault', 'identify', 'moving'].map((name) => ({ name, text: readFileSync(new URL(`${name}.xml`, folder), 'utf8') }))
const identify = scripts.find(({ name }) => name === 'identify')?.text ?? ''
const each = Number(process.env['CARUSO_MUTANTS'] ?? 1)

/** Dialogs that speak less than those that call them, and actions that may not be asked twice. */
const poorer = [['onlyEnglish', 'languages="en"'], ['onlyNorwegian', 'languages="nb"'], ['onlyWeb', 'languages="en nb ar" channels="web"'], ['noAgent', 'languages="en nb ar" channels="web keypad"']].map(([id = '', attributes = '']) => ({ file: id, text: identify.replace('id="identify"', `id="${id}"`).replace('languages="en nb ar"', attributes) }))
const once = Object.fromEntries(Object.entries(actions).flatMap(([name, signature]) => Array.from({ length: 4 }, (_, index) => [`${name}.once${index}`, { ...signature, idempotent: false }])))

test('no rule says anything of the examples', () => {
  expect(scripts.flatMap(({ name, text }) => problemsOf({ rule: '', script: name, text }))).toEqual([])
})

test(`what is wrong with an example is told: ${each} mutants for each of ${faults.length} rules`, () => {
  const random = new Random(Number(process.env['CARUSO_SEED'] ?? 1))
  const mutants = faults.flatMap((fault) => mutantsOf(fault, random))
  expect(mutants).toHaveLength(each * faults.length)
  const told = mutants.map((mutant) => ({ mutant, rules: problemsOf(mutant) }))
  const missed = told.filter(({ rules }) => rules.length === 0).map(({ mutant }) => `${mutant.rule} in ${mutant.script}: ${differenceOf(mutant)}`)
  if (each > 1) {
    const byOthers = told.filter(({ mutant, rules }) => rules.length > 0 && !rules.includes(mutant.rule)).map(({ mutant, rules }) => `${mutant.rule} as ${rules.join(', ')}: ${differenceOf(mutant)}`)
    process.stdout.write(`${mutants.length} mutants, ${mutants.length - missed.length} told, ${mutants.length - missed.length - byOthers.length} of them by their own rule\n${[...missed.map((one) => `MISSED ${one}`), ...byOthers].join('\n')}\n`)
  }
  expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(mutants.length / 100)
}, 600_000)

/** So many different ones, at places that are drawn; where there are fewer places, in several ways at one. */
function mutantsOf({ rule, site, make }: Fault, random: Random): readonly Mutant[] {
  const places = scripts.flatMap(({ name, text }) => [...text.matchAll(site)].map((found) => ({ name, text, found })))
  const drawn = new Map<string, Mutant>()
  for (let turn = 0; drawn.size < each && turn < 100 * each; turn += 1) {
    const { name, text, found } = places[random.within(0, places.length - 1)] ?? { name: '', text: '', found: undefined }
    if (found === undefined) break
    const made = make(found, turn, text)
    const change = typeof made === 'string' ? { text: made, node: '' } : made
    const mutated = `${text.slice(0, found.index)}${change.text}${text.slice(found.index + found[0].length)}`.replace('</dialog>', () => `${change.node}</dialog>`)
    if (mutated !== text) drawn.set(`${name} ${mutated}`, { rule, script: name, text: mutated })
  }
  return [...drawn.values()]
}

function problemsOf({ script, text }: Mutant): readonly string[] {
  const others = script === 'identify' ? [] : [{ file: 'identify', text: identify }]
  const called = poorer.filter(({ file }) => text.includes(`dialog="${file}"`))
  const [checked] = checkScripts([{ file: script, text }, ...others, ...called], { classes, actions: { ...actions, ...once } })
  return [...new Set((checked?.problems ?? []).map(({ rule }) => rule))]
}

/** The first line in which a mutant differs. */
function differenceOf({ script, text }: Mutant): string {
  const lines = scripts.find(({ name }) => name === script)?.text.split('\n') ?? []
  return text.split('\n').find((line, index) => line !== lines[index])?.trim().slice(0, 160) ?? ''
}
