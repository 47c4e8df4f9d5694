import { describe, expect, test } from 'vitest'
import { readFiles, root } from './files.ts'
import { surfaceFolder, surfaces } from './surface.ts'

const files = readFiles(root)
const expected = surfaces(files)

test.each([...expected.keys()])('%s shows what is exported; npm run surface rewrites it', (path) => {
  expect(files.get(path)).toBe(expected.get(path))
})

test('no surface is left of a package that went', () => {
  expect([...files.keys()].filter((path) => path.startsWith(`${surfaceFolder}/`) && !expected.has(path))).toEqual([])
})

describe('surfaces()', () => {
  test('shows an interface as it is written, without comments', () => {
    expect(surface(`export interface A {\n  /** why */\n  readonly b: string // c\n}`)).toBe('interface A {\n  readonly b: string\n}')
  })

  test('shows functions and arrows without their bodies', () => {
    expect(surface(`export async function a<T>(b: T): Promise<T> {\n  return b\n}\nexport const c = (d: string): number => d.length`)).toBe('async function a<T>(b: T): Promise<T>\nconst c = (d: string): number =>')
  })

  test('shows overloads without what they share', () => {
    expect(surface(`export function a(b: string): string\nexport function a(b: number): number\nexport function a(b: unknown): unknown { return b }`)).toBe('function a(b: string): string\nfunction a(b: number): number')
  })

  test('shows a class without private members, bodies and values', () => {
    expect(surface(`export class A extends B {\n  #c = 1\n  private d = 2\n  readonly e: string = 'e'\n  constructor(f: string) { super(f) }\n  get g(): number { return 1 }\n  #h() { return 2 }\n}`)).toBe(
      'class A extends B {\n  readonly e: string\n  constructor(f: string)\n  get g(): number\n}',
    )
  })

  test('shows the value of a constant that has no written type, and the type of one that has', () => {
    expect(surface(`export const a = { b: 1 }\nexport const c: number = f()`)).toBe('const a = { b: 1 }\nconst c: number')
  })

  test('follows re-exports through files and imports, and names the package of others', () => {
    const text = `import { a } from './a.ts'\nexport { a }\nexport { b as c } from './a.ts'\nexport type { T } from 'typebox'\nexport default a`
    expect(surface(text, `export const a = 1\nexport function b(): void {}`)).toBe('const a = 1\nc = function b(): void\ndefault: const a = 1\nT // from typebox'.split('\n').toSorted(byExport).join('\n'))
  })

  test('changes when a signature does, not when a body does', () => {
    const of = (signature: string, body: string): string => surface(`export function a(${signature}): void { ${body} }`)
    expect(of('b: string', 'f()')).toBe(of('b: string', 'g()'))
    expect(of('b: string', 'f()')).not.toBe(of('b: number', 'f()'))
  })

  function byExport(a: string, b: string): number {
    const order = ['T //', 'const a', 'c =', 'default:']
    return order.findIndex((start) => a.startsWith(start)) - order.findIndex((start) => b.startsWith(start))
  }

  function surface(index: string, other = ''): string {
    const manifest = JSON.stringify({ name: '@caruso/a', exports: { '.': { source: './src/index.ts' } } })
    const written = surfaces(new Map([['packages/a/package.json', manifest], ['packages/a/src/index.ts', index], ['packages/a/src/a.ts', other]]))
    return /```ts\n(.*)\n```/s.exec(written.get(`${surfaceFolder}/a.md`) ?? '')?.[1] ?? ''
  }
})
