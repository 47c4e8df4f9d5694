import { describe, expect, test } from 'vitest'
import { readFiles, root } from './files.ts'
import { manifestProblems } from './manifests.ts'

test('packages and plugins are complete and alike', () => {
  expect(manifestProblems(readFiles(root))).toEqual([])
})

describe('manifestProblems()', () => {
  const good = {
    name: '@caruso/a',
    version: '1.0.0',
    description: 'An example',
    license: 'MIT',
    type: 'module',
    exports: { '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
    files: ['dist'],
    dependencies: { '@caruso/b': '1.0.0', semver: '^7.0.0' },
  }

  test('lets pass what is complete', () => {
    expect(problems(good)).toEqual([])
  })

  test('leaves alone what is private', () => {
    expect(problems({ private: true })).toEqual([])
  })

  test.each([
    ['another name', { name: '@caruso/b' }],
    ['another version', { version: '1.0.1' }],
    ['no description', { description: undefined }],
    ['another licence', { license: 'ISC' }],
    ['no modules', { type: 'commonjs' }],
    ['no exports', { exports: undefined }],
    ['an entry without its source', { exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } } }],
    ['conditions in an order that hides the source', { exports: { '.': { default: './dist/index.js', types: './dist/index.d.ts', source: './src/index.ts' } } }],
    ['an entry that does not exist', { exports: { '.': { source: './src/other.ts', types: './dist/other.d.ts', default: './dist/other.js' } } }],
    ['an entry that is not built', { exports: { '.': { source: './src/index.ts', types: './dist/index.d.ts', default: './dist/main.js' } } }],
    ['nothing to publish', { files: ['src'] }],
    ['a range for one of ours', { dependencies: { '@caruso/b': '^1.0.0' } }],
  ])('refuses %s', (_, change) => {
    expect(problems({ ...good, ...change })).toHaveLength(1)
  })

  test('refuses a package without README', () => {
    expect(problems(good, { 'packages/a/README.md': undefined })).toEqual(['packages/a: README.md is missing'])
  })

  test.each([[`export * from './b.ts'`], [`export * as b from './b.ts'`]])('refuses %s', (text) => {
    expect(problems(good, { 'packages/a/src/index.ts': text })).toHaveLength(1)
  })

  function problems(manifest: object, changes: Readonly<Record<string, string | undefined>> = {}): string[] {
    const files = {
      'package.json': '{"version":"1.0.0"}',
      'packages/a/package.json': JSON.stringify(manifest),
      'packages/a/README.md': '# a',
      'packages/a/src/index.ts': `export { b } from './b.ts'`,
      ...changes,
    }
    return manifestProblems(new Map(Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]]))))
  }
})
