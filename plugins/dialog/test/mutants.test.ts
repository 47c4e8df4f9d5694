import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Random } from '../../../test/random.ts'
import { checkScripts } from '../src/check/check-scripts.ts'
import { actions, choices, classes } from './examples.ts'
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

test('each rule of the documentation has faults, or it is named here why it has none', () => {
  const page = readFileSync(new URL('../../../docs/reference/dialogs.md', import.meta.url), 'utf8')
  const documented = new Set([...page.matchAll(/^\| `([a-z-]+)` \| (?:error|warning) \|/gm), ...(/^Two rules are about files.*$/m.exec(page)?.[0] ?? '').matchAll(/`([a-z-]+)`/g)].map(([, rule]) => rule))
  const drawn = new Set(faults.map(({ rule }) => rule))
  expect([...documented].filter((rule) => rule !== undefined && !drawn.has(rule)), 'They are about two files, and about the file of the actions, and are tested with those').toEqual(['duplicate-dialog', 'actions'])
  expect([...drawn].filter((rule) => !documented.has(rule))).toEqual([])
})

test(`what is wrong with an example is told: ${each} mutants for each of ${faults.length} rules`, () => {
  const random = new Random(Number(process.env['CARUSO_SEED'] ?? 1))
  const drawn = faults.map((fault) => mutantsOf(fault, random))
  const mutants = drawn.flatMap(({ wrong }) => wrong)
  const equivalent = drawn.flatMap((one) => one.equivalent)
  expect(mutants).toHaveLength(each * faults.length)
  const told = mutants.map((mutant) => ({ mutant, rules: problemsOf(mutant) }))
  const missed = told.filter(({ rules }) => rules.length === 0).map(({ mutant }) => `${mutant.rule} in ${mutant.script}: ${differenceOf(mutant)}`)
  if (each > 1) {
    const byOthers = told.filter(({ mutant, rules }) => rules.length > 0 && !rules.includes(mutant.rule)).map(({ mutant, rules }) => `${mutant.rule} as ${rules.join(', ')}: ${differenceOf(mutant)}`)
    const listed = equivalent.map((mutant) => `EQUIVALENT ${mutant.rule} in ${mutant.script}, ${mutant.why}: ${differenceOf(mutant)}`)
    process.stdout.write(`${mutants.length} mutants, ${mutants.length - missed.length} told, ${mutants.length - missed.length - byOthers.length} of them by their own rule; ${equivalent.length} more are equivalent\n${[...missed.map((one) => `MISSED ${one}`), ...byOthers, ...listed].join('\n')}\n`)
  }
  expect(missed.length, missed.join('\n')).toBeLessThanOrEqual(mutants.length / 100)
  // What means the same is not wrong.
  expect(equivalent.flatMap((mutant) => problemsOf(mutant).map((rule) => `${rule}: ${differenceOf(mutant)}`))).toEqual([])
}, 600_000)

interface Equivalent extends Mutant {
  readonly why: string
}

/**
 * So many different ones, at places that are drawn; where there are fewer places, in several ways at one. One that is
 * drawn again is the same mutant. Those that mean what the script meant before are all told apart, drawn or not.
 */
function mutantsOf({ rule, site, make, equivalent }: Fault, random: Random): { readonly wrong: readonly Mutant[]; readonly equivalent: readonly Equivalent[] } {
  const wrong = new Map<string, Mutant>()
  const same = new Map<string, Equivalent>()
  const places = scripts.flatMap(({ name, text }) => [...text.matchAll(site)].map((found) => ({ name, text, found })))
  const mutate = ({ name, text, found }: (typeof places)[number], turn: number): void => {
    const made = make(found, turn, text)
    const change = typeof made === 'string' ? { text: made, node: '' } : made
    const mutated = `${text.slice(0, found.index)}${change.text}${text.slice(found.index + found[0].length)}`.replace('</dialog>', () => `${change.node}</dialog>`)
    const why = mutated === text ? 'nothing changed' : equivalent(found)
    if (why === undefined) wrong.set(`${name} ${mutated}`, { rule, script: name, text: mutated })
    else same.set(`${name} ${mutated}`, { rule, script: name, text: mutated, why })
  }
  for (const place of places) if (equivalent(place.found) !== undefined) mutate(place, 0)
  for (let turn = 0; wrong.size < each && turn < 100 * each; turn += 1) {
    const place = places[random.within(0, places.length - 1)]
    if (place !== undefined) mutate(place, turn)
  }
  return { wrong: [...wrong.values()], equivalent: [...same.values()] }
}

function problemsOf({ script, text }: Mutant): readonly string[] {
  const others = script === 'identify' ? [] : [{ file: 'identify', text: identify }]
  const called = poorer.filter(({ file }) => text.includes(`dialog="${file}"`))
  const [checked] = checkScripts([{ file: script, text }, ...others, ...called], { classes, choices, actions: { ...actions, ...once } })
  return [...new Set((checked?.problems ?? []).map(({ rule }) => rule))]
}

/** The first line in which a mutant differs, or where it has none, what stood there. */
function differenceOf({ script, text }: Mutant): string {
  const lines = scripts.find(({ name }) => name === script)?.text.split('\n') ?? []
  const [mutated = '', line = ''] = text.split('\n').flatMap((one, index) => (one === lines[index] ? [] : [one.trim(), lines[index]?.trim() ?? '']))
  return (mutated || `without ${line}`).slice(0, 160)
}
