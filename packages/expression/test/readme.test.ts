import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterEach, expect, test, vi } from 'vitest'

// Beside this test, so that the example finds its imports as a reader's file would
const example = new URL('readme-example.ts', import.meta.url)

afterEach(async () => {
  vi.restoreAllMocks()
  await rm(example, { force: true })
})

test('the example in the README prints what the README says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, source = '', printed = ''] = /```ts\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) ?? []
  await writeFile(example, source)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  await import(example.href)
  expect(log.mock.calls.map((parts) => `${parts.join(' ')}\n`).join('')).toBe(printed)
  expect(printed).toContain('the age is at least 18')
})
