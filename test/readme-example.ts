import { readFile, rm, writeFile } from 'node:fs/promises'
import { onTestFinished, vi } from 'vitest'

/**
 * Runs the first TypeScript of a package's README as a file beside the test, where it finds its imports as a reader's
 * file would; resolves to what it printed, and to the text below it that says what it prints.
 */
export async function readmeExample(test: { readonly url: string }): Promise<{ readonly printed: string; readonly promised: string }> {
  const readme = await readFile(new URL('../README.md', test.url), 'utf8')
  const [, source = '', promised = ''] = /```ts\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) ?? []
  const example = new URL('readme-example.ts', test.url)
  await writeFile(example, source)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  onTestFinished(async () => {
    log.mockRestore()
    await rm(example, { force: true })
  })
  await import(example.href)
  return { printed: log.mock.calls.map((words) => `${words.join(' ')}\n`).join(''), promised }
}
