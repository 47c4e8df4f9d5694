import { describe, expect, test } from 'vitest'
import { decisionRecords, dependencyTable } from './documents.ts'
import { readFiles, root } from './files.ts'

test('docs/dependencies.md gives the reason of every dependency', () => {
  expect(dependencyTable(readFiles(root))).toEqual([])
})

test('decision records are numbered', () => {
  expect(decisionRecords(readFiles(root))).toEqual([])
})

describe('dependencyTable()', () => {
  const table = '| name | where | reason | licence | maintained |\n|---|---|---|---|---|\n| `semver` | contract | versions | MIT | yes |\n'

  test('lets pass a table that names all', () => {
    expect(problems(table, { dependencies: { semver: '7', '@caruso/b': '1' } })).toEqual([])
  })

  test.each([
    ['a dependency that it lacks', table, { dependencies: { semver: '7' }, devDependencies: { vitest: '5' } }],
    ['a row that nobody declares', table, {}],
    ['a row without a reason', table.replace('versions', ''), { peerDependencies: { semver: '7' } }],
  ])('refuses %s', (_, text, manifest) => {
    expect(problems(text, manifest)).toHaveLength(1)
  })

  function problems(text: string, manifest: object): string[] {
    return dependencyTable(new Map([['docs/dependencies.md', text], ['packages/a/package.json', JSON.stringify(manifest)]]))
  }
})

describe('decisionRecords()', () => {
  test.each([
    ['a gap', { '0001-a.md': '# A', '0003-c.md': '# C' }],
    ['a number twice', { '0001-a.md': '# A', '0001-b.md': '# B' }],
    ['another name', { '0001-a.md': '# A', 'second.md': '# B' }],
    ['no heading', { '0001-a.md': 'A' }],
  ])('refuses %s', (_, records) => {
    expect(problems(records)).toHaveLength(1)
  })

  test('lets pass numbered records', () => {
    expect(problems({ '0001-client-library.md': '# 1. A', '0002-b.md': '# B', 'README.md': 'list' })).toEqual([])
  })

  function problems(records: Readonly<Record<string, string>>): string[] {
    return decisionRecords(new Map(Object.entries(records).map(([name, text]) => [`docs/adr/${name}`, text])))
  }
})
