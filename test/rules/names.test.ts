import { describe, expect, test } from 'vitest'
import { readFiles, root } from './files.ts'
import { badNames, namedAfterExport } from './names.ts'
import { packagesOf } from './workspace.ts'

const files = readFiles(root)

test('files and folders are named for what is in them', () => {
  expect(badNames([...files.keys()])).toEqual([])
})

test('files are named after what they export', async ({ annotate }) => {
  const shipped = packagesOf(files).flatMap((one) => one.sources.filter((source) => source.shipped))
  for (const { path } of shipped.filter((source) => !namedAfterExport(source))) await annotate(`${path} exports nothing of its name`, 'notice')
})

describe('badNames()', () => {
  test.each(['packages/a/src/utils.ts', 'packages/a/src/common/x.ts', 'plugins/a/helpers/x.js', 'packages/a/src/types.ts', 'packages/a/src/camelCase.ts', 'test/Big.test.ts', 'scripts/a_b.ts'])('refuses %s', (path) => {
    expect(badNames([path])).toHaveLength(1)
  })

  test('lets pass what is named for what it holds', () => {
    expect(badNames(['packages/a/src/public-services.ts', 'packages/a/test/plugin.test.ts', 'packages/a/README.md', 'examples/shop/model/Customer.yaml', 'README.md'])).toEqual([])
  })
})

describe('namedAfterExport()', () => {
  test.each([
    ['scope.ts', 'export class Scope {}', true],
    ['subjects.ts', 'export function subjectOf() {}', true],
    ['plugin.ts', 'export default definePlugin({})', true],
    ['bin.ts', 'run()', true],
    ['scope.ts', 'export class Registry {}', false],
  ])('%s with %j: %s', (path, text, expected) => {
    expect(namedAfterExport({ path, text, shipped: true })).toBe(expected)
  })
})
