import type { Call, Client } from '@caruso/contract'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Objects } from '../src/contract.ts'
import { openModel } from './harness.ts'

interface Example {
  send(objects: Client<typeof Objects>, call: Call): Promise<unknown>
}

const tables = `
  create table KUNDEN (KDNR integer primary key, NAME1 text not null, AKTIV text not null, "LIMIT" numeric);
  create table "order" (id integer primary key, customer_number integer references KUNDEN, state text, total numeric);
`

test('the example of the README does what the README says', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const files = Object.fromEntries([...readme.matchAll(/```yaml\n# (\S+\.yaml)\n([\s\S]*?)```/g)].map(([, path = '', text = '']) => [path, text]))
  // Beside this test, so that the example finds its imports as a reader's file would.
  const file = join(import.meta.dirname, 'readme-example.ts')
  onTestFinished(() => rmSync(file, { force: true }))
  writeFileSync(file, /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
  const example: Example = await import(file)
  const { objects, call } = await openModel(tables, files, { config: { declared: ['Order'] } })
  const answer = JSON.stringify(await example.send(objects, call()))
  expect(readme).toContain(`It answers \`${answer}\``)
})
