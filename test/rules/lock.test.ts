import { describe, expect, test } from 'vitest'
import { readFiles, root } from './files.ts'
import { lockProblems } from './lock.ts'

test('package-lock.json installs on every machine', () => {
  expect(lockProblems(readFiles(root))).toEqual([])
})

describe('lockProblems()', () => {
  const manifest = { name: '@caruso/a', dependencies: { b: '^1.0.0' } }
  const entries = {
    '': {},
    'node_modules/@caruso/a': { resolved: 'packages/a', link: true },
    'node_modules/b': { version: '1.0.0', optionalDependencies: { 'b-linux': '1.0.0' } },
    'node_modules/b-linux': { version: '1.0.0' },
    'packages/a': manifest,
  }

  test('lets pass a lock that has all and names no host', () => {
    expect(problems(entries)).toEqual([])
  })

  test.each([
    ['a host', { 'node_modules/b-linux': { resolved: 'https://registry.example.com/b-linux.tgz' } }],
    ['a platform that is missing', { 'node_modules/b': { optionalDependencies: { 'b-linux': '1.0.0', 'b-darwin': '1.0.0' } } }],
    ['another range', { 'packages/a': { dependencies: { b: '^2.0.0' } } }],
    ['a dependency that came later', { 'packages/a': {} }],
  ])('refuses %s', (_, change) => {
    expect(problems({ ...entries, ...change })).toHaveLength(1)
  })

  function problems(packages: object): string[] {
    return lockProblems(new Map([['package.json', '{}'], ['packages/a/package.json', JSON.stringify(manifest)], ['package-lock.json', JSON.stringify({ packages })]]))
  }
})
