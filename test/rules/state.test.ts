import { describe, expect, test } from 'vitest'
import { readFiles, root } from './files.ts'
import { moduleState, pureCaches } from './state.ts'
import { packagesOf } from './workspace.ts'

const sources = packagesOf(readFiles(root)).flatMap((one) => one.sources.filter(({ shipped }) => shipped))

test('no module remembers anything', () => {
  expect(sources.flatMap(({ path, text }) => moduleState(path, text))).toEqual([])
})

test('every cache that is allowed exists', () => {
  const places = Object.keys(pureCaches).map((place) => place.split(' ') as [path: string, name: string])
  expect(places.filter(([path, name]) => !sources.some((source) => source.path === path && source.text.includes(`const ${name}`)))).toEqual([])
})

describe('moduleState()', () => {
  test.each([
    [`let count = 0`],
    [`export var count`],
    [`const seen = new Map<string, number>()\nexport function see(x: string) { seen.set(x, 1) }`],
    [`const seen = new WeakSet()\nexport const see = (x: object) => seen.add(x)`],
    [`const list: string[] = []\nfunction f() { list.push('a') }`],
    [`const totals = { a: 1 }\nfunction f() { totals.a += 1 }`],
    [`const totals = { a: { b: 1 } }\nfunction f() { totals.a.b++ }`],
    [`const table = {} as Record<string, string>\nfunction f(k: string) { delete table[k] }`],
    [`const table = {}\nObject.assign(table, { a: 1 })`],
    [`export const registry = new Map<string, string>()`],
    [`class A { static count = 0 }`],
    [`export class A { static readonly #all = new Set() }`],
  ])('finds %j', (text) => {
    expect(moduleState('a.ts', text)).toHaveLength(1)
  })

  test.each([
    [`const table = new Map([['a', 1]])\nexport const find = (x: string) => table.get(x)`],
    [`export const table: ReadonlySet<string> = new Set(['a'])`],
    [`export const limits = { size: 1, list: [1] }`],
    [`function f() { let a = 0; const b = new Map(); b.set(a, 1); return b }`],
    [`class A { #count = 0; static readonly limit = 3; static of() { return new A() } }`],
    [`declare let x: number`],
  ])('lets pass %j', (text) => {
    expect(moduleState('a.ts', text)).toEqual([])
  })
})
