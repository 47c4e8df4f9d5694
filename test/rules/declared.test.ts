import { describe, expect, test } from 'vitest'
import { undeclaredAndUnused } from './declared.ts'
import { readFiles, root } from './files.ts'

test('every import is declared, every declared dependency imported', () => {
  expect(undeclaredAndUnused(readFiles(root))).toEqual([])
})

describe('undeclaredAndUnused()', () => {
  test.each([
    ['an import that nothing declares', {}, `import 'left-pad'`],
    ['an import that only the tests declare', { devDependencies: { 'left-pad': '1' } }, `import 'left-pad/x.js'`],
    ['an import that only the root declares', {}, `import 'vitest'`],
    ['a builtin without its prefix', {}, `import 'fs/promises'`],
    ['a dependency that nothing imports', { dependencies: { 'left-pad': '1' } }, `import 'node:fs'`],
    ['a dependency of tests that nothing imports', { devDependencies: { 'left-pad': '1' } }, ''],
  ])('refuses %s', (_, manifest, source) => {
    expect(problems(manifest, source)).toHaveLength(1)
  })

  test('refuses a dependency that only the tests import', () => {
    expect(problems({ dependencies: { 'left-pad': '1' } }, '', `import 'left-pad'`)).toHaveLength(1)
  })

  test.each([
    ['what is declared', { dependencies: { 'left-pad': '1', '@a/b': '1' } }, `import 'left-pad'; import type { C } from '@a/b/c'`],
    ['a driver handed over by its name', { dependencies: { 'left-pad': '1' } }, `connect({ client: 'left-pad' })`],
    ['itself', {}, `import '@caruso/a'`],
  ])('lets pass %s', (_, manifest, source) => {
    expect(problems(manifest, source)).toEqual([])
  })

  test('lets tests use what the root declares', () => {
    expect(problems({}, '', `import { test } from 'vitest'`)).toEqual([])
  })
})

function problems(manifest: object, source: string, testText = ''): string[] {
  return undeclaredAndUnused(
    new Map([
      ['package.json', JSON.stringify({ name: 'root', devDependencies: { vitest: '5' } })],
      ['test/a.test.ts', `import 'vitest'`],
      ['packages/a/package.json', JSON.stringify({ name: '@caruso/a', ...manifest })],
      ['packages/a/src/a.ts', source],
      ['packages/a/test/a.test.ts', testText],
    ]),
  )
}
