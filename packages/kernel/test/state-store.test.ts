import { Type } from '@caruso/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StateStore } from '../src/state-store.ts'

const Entry = Type.Object({ n: Type.Integer() })
const first = { version: 1, entry: Entry }
const second = {
  version: 2,
  entry: Type.Object({ count: Type.Integer(), unit: Type.String() }),
  convert: (entry: unknown) => ({ count: (entry as { n: number }).n, unit: 'piece' }),
  revert: (entry: { readonly count: number }) => ({ n: entry.count }),
}

type Change = { readonly key: string; readonly n: number | undefined }

function apply(store: StateStore, { key, n }: Change): void {
  if (n === undefined) store.delete(key)
  else store.set(key, { n })
}

async function round(from: StateStore, to: StateStore, version: number, meanwhile: () => void = () => undefined): Promise<number> {
  let portions = 0
  for (let portion = await from.next(); portion !== undefined; portion = await from.next(), portions++) {
    await to.take(portion, version)
    meanwhile()
  }
  return portions
}

const change = fc.record({ key: fc.stringMatching(/^k[0-9]{1,3}$/), n: fc.option(fc.integer(), { nil: undefined }) })

test('what is handed over equals what was held, whatever changes while it is told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 1_500 }), fc.array(fc.array(change, { maxLength: 30 }), { maxLength: 8 }), async (before, during) => {
      const [old, young] = [new StateStore('a', first), new StateStore('a', first)]
      for (const each of before) apply(old, each)
      await old.open(1)
      const pending = [...during]
      const meanwhile = (): void => pending.shift()?.forEach((each) => apply(old, each))
      meanwhile()
      await round(old, young, 1, meanwhile)
      meanwhile()
      await round(old, young, 1, meanwhile)
      for (const rest of pending) rest.forEach((each) => apply(old, each))
      await old.seal()
      await round(old, young, 1)
      expect(new Map(young.entries())).toEqual(new Map(old.entries()))
    }),
    { numRuns: 60 },
  )
})

test('entries are told in portions, so that telling 100,000 keeps nobody waiting', async () => {
  const [old, young] = [new StateStore('a', first), new StateStore('a', first)]
  for (let n = 0; n < 100_000; n++) old.set(`k${n}`, { n })
  await old.open(1)
  expect(await round(old, young, 1)).toBe(200)
  old.set('k7', { n: -7 })
  expect(await round(old, young, 1)).toBe(1)
  expect(young.get('k7')).toEqual({ n: -7 })
  expect(young.size).toBe(100_000)
})

test('a later version converts what an earlier one held, and reverts it on the way back', async () => {
  const [old, young, again] = [new StateStore('a', first), new StateStore('a', second), new StateStore('a', first)]
  old.set('x', { n: 3 })
  await old.open(1)
  await round(old, young, 1)
  expect(young.get('x')).toEqual({ count: 3, unit: 'piece' })
  await young.open(1)
  await round(young, again, 1)
  expect(again.get('x')).toEqual({ n: 3 })
})

test('an entry that is not what was declared is refused, by its key and what was expected, when it is kept and when it is taken over', async () => {
  const store = new StateStore('a', first)
  expect(() => store.set('x', { n: 'three' })).toThrow(/Kept entry "x" of the state of component "a": n must be integer/)
  await expect(store.take('[["x",{}]]', 1)).rejects.toMatchObject({ code: 'ENTRY_INVALID' })
  await expect(store.take('[["x",{"n":1}]]', 2)).rejects.toThrow(/from version 2: its version 1 declares no convert/)
})

test('a sealed state changes no more, until it is released', async () => {
  const store = new StateStore('a', first)
  store.set('x', { n: 1 })
  await store.open(1)
  await store.seal()
  expect(() => store.set('x', { n: 2 })).toThrow(/it has been handed over/)
  expect(() => store.delete('x')).toThrow(/it has been handed over/)
  await store.release()
  store.set('x', { n: 2 })
  expect(store.get('x')).toEqual({ n: 2 })
})
