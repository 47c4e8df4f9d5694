import { expect, test } from 'vitest'
import { checkOf, compare, contract } from '@caruso/contract'
import { Random } from './random.ts'
import { generateSchema } from './schema-generator.ts'
import { mutations, placesOf } from './schema-mutations.ts'
import { generateValue } from './value-generator.ts'
import type { Schema } from './schema-generator.ts'
import type { Effect, Mutation } from './schema-mutations.ts'

type Direction = 'input' | 'output' | 'payload' | 'stream'

interface Case {
  readonly mutation: string
  readonly direction: Direction
  readonly old: Schema
  readonly next: Schema
  readonly witness: unknown
}

const wanted = 200
const schemasTried = 60
const valuesTried = 60
const directions: readonly Direction[] = ['input', 'output', 'stream', 'payload']

const breakingCases = generateBreaking()
const compatibleCases = generateCompatible()

test('200 generated breaking changes are all judged breaking', () => {
  const cases = breakingCases
  expect(cases).toHaveLength(wanted)
  expect(cases.filter(({ direction, old, next }) => judge(direction, old, next).compatible).map(shown)).toEqual([])
})

test('200 generated compatible changes are all judged compatible', () => {
  const cases = compatibleCases
  expect(cases).toHaveLength(wanted)
  expect(cases.filter(({ witness }) => witness !== undefined).map(shown), 'a change that is compatible by construction has a counterexample').toEqual([])
  expect(cases.filter(({ direction, old, next }) => !judge(direction, old, next).compatible).map(shown)).toEqual([])
})

test('the generated changes are made of the whole catalogue, in both directions', () => {
  const names = new Set([...breakingCases, ...compatibleCases].map(({ mutation }) => mutation))
  expect(mutations.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([])
  for (const cases of [breakingCases, compatibleCases]) expect(new Set(cases.map(({ direction }) => direction))).toEqual(new Set(directions))
})

/** Changes for which a value was found that the one side may send and the other refuses. */
function generateBreaking(): Case[] {
  return collect(1, (direction) => ['replaces', direction === 'input' ? 'narrows' : 'widens'], (each) => each.witness !== undefined)
}

/** Changes that cannot break anything, whatever surrounds them. */
function generateCompatible(): Case[] {
  return collect(2, (direction) => ['keeps', direction === 'input' ? 'widens' : 'narrows'], () => true)
}

function collect(seed: number, effectsFor: (direction: Direction) => readonly Effect[], fits: (each: Case) => boolean): Case[] {
  const random = new Random(seed)
  const cases: Case[] = []
  for (let turn = 0; cases.length < wanted; turn++) {
    const direction = directions[turn % directions.length] ?? 'input'
    const applicable = mutations.filter(({ effect }) => effectsFor(direction).includes(effect))
    const mutation = applicable[Math.floor(turn / directions.length) % applicable.length]
    const found = mutation && findCase(direction, mutation, random, fits)
    if (found) cases.push(found)
  }
  return cases
}

function findCase(direction: Direction, mutation: Mutation, random: Random, fits: (each: Case) => boolean): Case | undefined {
  for (let count = 0; count < schemasTried; count++) {
    const found = tryCase(direction, mutation, random)
    if (found && fits(found)) return found
  }
  return undefined
}

function tryCase(direction: Direction, mutation: Mutation, random: Random): Case | undefined {
  const old = generateSchema(random)
  const next = structuredClone(old)
  const changed = placesOf(next).toSorted(() => random.next() - 0.5).some((place) => mutation.apply(place, random))
  if (!changed) return undefined
  const [sent, accepted] = direction === 'input' ? [old, next] : [next, old]
  return { mutation: mutation.name, direction, old, next, witness: witnessOf(sent, accepted, random) }
}

function witnessOf(sent: Schema, accepted: Schema, random: Random): unknown {
  const [sender, receiver] = [checkOf(sent), checkOf(accepted)]
  return Array.from({ length: valuesTried }, () => generateValue(sent, random)).find((value) => sender.accepts(value) && !receiver.accepts(value))
}

/** One line for each case that went wrong, enough to repeat it. */
function shown({ mutation, direction, old, next, witness }: Case): string {
  return JSON.stringify({ mutation, direction, breaks: judge(direction, old, next).breaks, witness, old, next })
}

function judge(direction: Direction, old: Schema, next: Schema) {
  return compare(declare(direction, '1.0.0', old), declare(direction, '1.1.0', next))
}

function declare(direction: Direction, version: string, schema: Schema) {
  const other = { type: 'null' }
  return contract({
    name: 'generated',
    version,
    operations: { ask: direction === 'stream' ? { input: other, stream: schema } : { input: direction === 'input' ? schema : other, output: direction === 'output' ? schema : other } },
    events: { tell: { payload: direction === 'payload' ? schema : other } },
  })
}
