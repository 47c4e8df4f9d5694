import fc from 'fast-check'
import { describe, expect, inject, test } from 'vitest'
import { appliedBy, applyModel } from '../src/migrate/apply-model.ts'
import { driftOf } from '../src/migrate/drift.ts'
import type { ModelSource } from '../src/migrate/model-source.ts'
import { undoModel } from '../src/migrate/undo-model.ts'
import { catalogue, crm, planned, type Files } from './migrated.ts'

// More by hand: CARUSO_RANDOM_MODELS=1000 npx vitest run plugins/modeler/test/random-models.test.ts
const changes = Number(process.env['CARUSO_RANDOM_MODELS'] ?? 10)
const seed = Number(process.env['CARUSO_SEED'] ?? 1)

interface RandomAttribute {
  readonly type: 'text' | 'long-text' | 'number' | 'decimal' | 'money' | 'yes-no' | 'date' | 'time' | 'instant' | 'duration' | 'address' | 'reference'
  readonly max?: number | undefined
  readonly unique?: boolean | undefined
  readonly required?: boolean | undefined
  readonly to?: string | undefined
  readonly was?: string | undefined
  /** It is in another table of the class. */
  readonly beside?: boolean | undefined
}
type Model = Readonly<Record<string, Readonly<Record<string, RandomAttribute>>>>

const classes = ['Alpha', 'Beta', 'Gamma'] as const
const types: readonly RandomAttribute['type'][] = ['text', 'long-text', 'number', 'decimal', 'money', 'yes-no', 'date', 'time', 'instant', 'duration', 'address', 'reference']

/** What is changed of a model, by numbers that are read modulo what there is. */
const step = fc.record({ what: fc.integer({ min: 0, max: 5 }), of: fc.nat(1_000), attribute: fc.nat(1_000), type: fc.constantFrom(...types), name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), max: fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }), unique: fc.boolean(), beside: fc.boolean(), to: fc.nat(1_000), end: fc.constantFrom('go on', 'undo', 'kill and apply', 'kill and undo'), made: fc.nat(1_000) })
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function changed(model: Model, { what, of, attribute, type, name, max, unique, beside, to }: Step): Model {
  const known = Object.keys(model)
  const missing = classes.filter((one) => !known.includes(one))
  const target = known[of % Math.max(1, known.length)]
  if (target === undefined || (what === 0 && missing.length > 0)) return { ...model, [missing[of % missing.length] ?? 'Alpha']: {} }
  if (what === 1 && known.length > 1) return withoutClass(model, target)
  const attributes = withoutWas(model[target] ?? {})
  const names = Object.keys(attributes)
  const picked = names[attribute % Math.max(1, names.length)]
  if (what <= 2 || picked === undefined) {
    const made: RandomAttribute = { type, ...(beside ? { beside } : {}), ...(type === 'text' ? { max, unique } : {}), ...(type === 'yes-no' ? { required: unique } : {}), ...(type === 'reference' ? { to: known[to % known.length] } : {}) }
    return names.includes(name) ? model : { ...model, [target]: { ...attributes, [name]: made } }
  }
  const old: RandomAttribute = attributes[picked] ?? { type: 'text' }
  const others = Object.fromEntries(Object.entries(attributes).filter(([one]) => one !== picked))
  if (what === 3) return { ...model, [target]: others }
  if (what === 4 && !names.includes(name)) return { ...model, [target]: { ...others, [name]: { ...old, was: picked } } }
  return old.type === 'text' ? { ...model, [target]: { ...others, [picked]: { ...old, max, unique } } } : model
}

function withoutClass(model: Model, name: string): Model {
  const refers = ({ to }: RandomAttribute): boolean => to === name
  return Object.fromEntries(Object.entries(model).filter(([one]) => one !== name).map(([one, attributes]) => [one, Object.fromEntries(Object.entries(attributes).filter(([, attribute]) => !refers(attribute)))]))
}

function withoutWas(attributes: Model[string]): Model[string] {
  return Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, { ...attribute, was: undefined }]))
}

function filesOf(model: Model): Files {
  const lines = ([name, { type, max, unique, required, to, was }]: readonly [string, RandomAttribute]): string => `  ${name}: { type: ${type}${max === undefined ? '' : `, max: ${max}`}${unique ? ', unique: true' : ''}${required ? ', required: true, default: false' : ''}${to === undefined ? '' : `, to: ${to}`}${was === undefined ? '' : `, was: ${was}`} }`
  const files = Object.entries(model).map(([name, attributes]) => [name.toLowerCase(), [`class: ${name}`, 'key: id', 'attributes:', '  id: number', ...Object.entries(attributes).map(lines), ...searched(attributes), ''].join('\n')] as const)
  const mappings = Object.entries(model).flatMap(([name, attributes]) => {
    const besides = Object.entries(attributes).filter(([, { beside }]) => beside)
    return besides.length === 0 ? [] : [[`mapping/${name.toLowerCase()}`, [`class: ${name}`, 'tables: { more: { optional: true } }', 'columns:', ...besides.map(([attribute, { type }]) => `  ${attribute}: ${columnsOf(attribute, type)}`), ''].join('\n')] as const]
  })
  return Object.fromEntries([...files, ...mappings])
}

function columnsOf(name: string, type: RandomAttribute['type']): string {
  if (type === 'money') return `{ amount: more.${name}, currency: more.${name}_currency }`
  // Some of an address stays in the class's own table.
  if (type === 'address') return `{ street: more.${name}_street, city: more.${name}_city }`
  return `more.${name}${type === 'reference' ? '_id' : ''}`
}

/** The tables of classes, in order. */
function tablesOf(model: Model): string[] {
  return Object.entries(model).flatMap(([name, attributes]) => [name.toLowerCase(), ...(Object.values(attributes).some(({ beside }) => beside) ? [`${name.toLowerCase()}_more`] : [])])
}

/** Now some, now others, now none. */
function searched(attributes: Model[string]): string[] {
  const texts = Object.entries(attributes).flatMap(([name, { type }]) => (type === 'text' || type === 'long-text' ? [name] : []))
  return texts.length === 0 || texts.length === 2 ? [] : [`search: [${texts.join(', ')}]`]
}

describe.each(['sqlite', 'pg', 'mysql'] as const)('random models on %s', (kind) => {
  test.skipIf(kind === 'mysql' && inject('mysql') === undefined)(`${changes} changes: applied once, undone as it was, finished or taken back after a kill`, { timeout: 60_000 + changes * 2_000 }, async () => {
    const { model, run, rows } = await crm(kind)
    let current: Model = {}
    let made = 0
    for (const one of fc.sample(step, { numRuns: changes, seed })) {
      const source = await model(filesOf(current))
      const before = [await catalogue(source), await Promise.all(tablesOf(current).map(rows))]
      const next = changed(current, one)
      const source2 = await model(filesOf(next))
      const wanted = await planned(source2)
      const drops = wanted.some((words) => /^drop (table|column)/.test(words))
      if (one.end.startsWith('kill') && wanted.length > 0) await begun(source2, kind === 'mysql' ? one.made % (wanted.length + 1) : one.made % 2 === 0 ? 0 : wanted.length)
      const undo = one.end.endsWith('undo') && wanted.length > 0 && !drops
      if (one.end !== 'kill and undo' || !undo) {
        const done = await applyModel(source2, true)
        if (one.end === 'go on' || one.end === 'undo') expect(done.changes).toEqual(wanted)
        expect((await applyModel(source2, true)).changes).toEqual([])
        const { tables, last } = await source2.state()
        expect(driftOf(appliedBy(last), tables)).toEqual([])
      }
      if (undo) {
        const back = await undoModel(source2).then(() => true, (error: unknown) => {
          expect(error).toMatchObject({ code: 'UNDO_REFUSED' })
          return false
        })
        if (back) {
          expect([await catalogue(source), await Promise.all(tablesOf(current).map(rows))]).toEqual(before)
          continue
        }
        await applyModel(source2, true)
      }
      current = next
      const fresh = Object.keys(current)[made % Math.max(1, Object.keys(current).length)]
      const attributes = Object.values(fresh === undefined ? {} : (current[fresh] ?? {}))
      if (fresh === undefined || attributes.some(({ required }) => required)) continue
      await run(`insert into ${fresh.toLowerCase()} (id) values (${1_000 + ++made})`)
      if (attributes.some(({ beside }) => beside)) await run(`insert into ${fresh.toLowerCase()}_more (id) values (${1_000 + made})`)
    }
    expect(made).toBeGreaterThan(0)
  })
})

/** What a killed apply leaves: it is remembered, and so many of its changes are made. */
async function begun(source: ModelSource, count: number): Promise<void> {
  const { tables, kept, journal, last } = await source.state()
  const { steps, applied } = source.diff(tables, appliedBy(last), kept)
  await journal.begin('killed', { steps, before: appliedBy(last), after: applied })
  const first = steps.slice(0, count).map(({ change }) => change)
  if (first.length > 0) await source.alter(first, true)
}
