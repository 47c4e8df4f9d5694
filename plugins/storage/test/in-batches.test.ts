import { expect, test } from 'vitest'
import type { TableDescription } from '../src/description.ts'
import { inBatches } from '../src/in-batches.ts'
import { limits } from '../src/limits.ts'

async function* tables(...comments: readonly string[]): AsyncGenerator<TableDescription, void> {
  for (const [index, comment] of comments.entries()) yield { name: `t${index}`, kind: 'table', comment, columns: [], key: [], unique: [], indexes: [], foreignKeys: [], checks: [] }
}

test('inBatches() keeps every table, in batches bounded by number and by text', async () => {
  const batches = []
  for await (const batch of inBatches(tables(...Array.from({ length: 600 }, () => ''), 'x'.repeat(limits.batchText), 'y', 'z'))) batches.push(batch.map(({ name }) => name))
  expect(batches.map((batch) => batch.length)).toEqual([256, 256, 89, 2])
  expect(batches.flat()).toEqual(Array.from({ length: 603 }, (_, index) => `t${index}`))
})

test('inBatches() names a table whose description no message holds, and goes on', async () => {
  const found = []
  for await (const batch of inBatches(tables('x'.repeat(limits.description), 'y'))) found.push(...batch)
  expect(found).toMatchObject([{ name: 't0', columns: [], problem: expect.stringMatching(/^Described "t0" in \d+ characters: at most 524288 are answered$/) }, { name: 't1', comment: 'y' }])
})
