import { describe, expect, test } from 'vitest'
import type { TestContext } from 'vitest'
import { readFiles, root } from './files.ts'
import { above, codeLinesOf, fileSizes, functionSizes, linesOf, packageSizes, sizes } from './sizes.ts'
import { packagesOf } from './workspace.ts'

const packages = packagesOf(readFiles(root))
const framework = packages.filter(({ kind }) => kind === 'framework')
const sources = packages.flatMap((one) => one.sources)
const shipped = sources.filter((source) => source.shipped || source.path.startsWith('scripts/'))

test('the framework stays small', () => {
  // The embedded server is counted apart: it could be published by itself, and whoever has a NATS server runs without it. The testing kit runs in tests only.
  const total = packageSizes(framework.filter(({ name }) => name !== '@caruso/nats-server' && name !== '@caruso/testing')).reduce((sum, { lines }) => sum + lines, 0)
  expect(total).toBeLessThan(sizes.framework)
})

test('the kernel stays small', () => {
  expect(above(sizes.kernel, packageSizes(framework.filter(({ name }) => name === '@caruso/kernel')))).toEqual([])
})

test('no file is too long', async ({ annotate }) => {
  await noticeAll(annotate, above(sizes.file.aim, fileSizes(sources)))
  expect(above(sizes.file.limit, fileSizes(sources))).toEqual([])
})

test('no function is too long', async ({ annotate }) => {
  const functions = shipped.flatMap(functionSizes)
  await noticeAll(annotate, above(sizes.function.aim, functions))
  expect(above(sizes.function.limit, functions)).toEqual([])
})

describe('sizes', () => {
  const source = { path: 'a.ts', shipped: true, text: `const a = 1\n\nexport function f(\n  x: number,\n): number {\n  return x\n}\n\nclass A {\n  m() {\n    return () => 1\n  }\n}\n` }

  test('linesOf() counts a last line with and without its end', () => {
    expect([linesOf('a\nb\n'), linesOf('a\nb')]).toEqual([2, 2])
  })

  test('codeLinesOf() counts neither blank lines nor comments', () => {
    expect(codeLinesOf('/** a\n * b\n */\n\n// c\nconst a = 1 // d\n')).toBe(1)
  })

  test('functionSizes() measures functions, methods and arrows', () => {
    expect(functionSizes(source)).toEqual(expect.arrayContaining([{ place: 'a.ts:3', lines: 5 }, { place: 'a.ts:10', lines: 3 }, { place: 'a.ts:11', lines: 1 }]))
  })

  test('above() names what is longer, the longest first', () => {
    expect(above(2, functionSizes(source))).toEqual(['a.ts:3 has 5 lines, more than 2', 'a.ts:10 has 3 lines, more than 2'])
    expect(above(13, fileSizes([source]))).toEqual([])
    expect(above(12, fileSizes([source]))).toHaveLength(1)
  })

  test('packageSizes() leaves out tests', () => {
    const one = { folder: 'packages/a', kind: 'framework', name: 'a', manifest: {}, sources: [source, { ...source, shipped: false }] } as const
    expect(packageSizes([one])).toEqual([{ place: 'packages/a', lines: 11 }])
  })
})

async function noticeAll(annotate: TestContext['annotate'], messages: readonly string[]): Promise<void> {
  for (const message of messages) await annotate(message, 'notice')
}
