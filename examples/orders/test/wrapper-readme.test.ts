import { readFile, rm, writeFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { databases, temporaryFolder } from './databases.ts'
import { runWrapper, versions } from './wrapper.ts'
import type { Wrapper } from './wrapper.ts'

// Beside this test, so that the example finds its imports as a reader's file would.
const example = new URL('wrapper-readme-example.ts', import.meta.url)

interface Example {
  dearestLine(orders: Wrapper['orders'], text: string, call: ReturnType<Wrapper['call']>): Promise<unknown>
}

test.each(versions)("the example in the wrapper's README answers what the README says, with $version", async (version) => {
  const readme = await readFile(new URL('../../legacy-orders/README.md', import.meta.url), 'utf8')
  const [, source = '', answer] = /```ts\n(.*?)```.*?```json\n(.*?)```/s.exec(readme) ?? []
  await writeFile(example, source)
  onTestFinished(() => rm(example, { force: true }))
  const { dearestLine }: Example = await import(example.href)
  const { orders, call, close } = await runWrapper(version, 'direct', await databases.generated(temporaryFolder()))
  try {
    expect(`${JSON.stringify(await dearestLine(orders, 'alfa kiosk', call()))}\n`).toBe(answer)
  } finally {
    await close()
  }
})
