import type { Call, Client } from '@caruso/contract'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Storage } from '../src/contract.ts'
import { errorFrom, makeCall, makeDatabase, startStorage, temporaryFolder } from './harness.ts'

const tables = `
  create table Orders (OrderID integer primary key, Customer text);
  create table "Order Details" (OrderID integer references Orders, Product text, Quantity integer);
  create table Products (Name text primary key, Stock integer);
  insert into Products values ('Chai', 10);
`

interface Example {
  order(storage: Client<typeof Storage>, call: Call): Promise<unknown>
}

test('the example of the README does what the README says', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')
  const source = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const file = join(temporaryFolder(), 'example.ts')
  writeFileSync(file, source)
  const example: Example = await import(file)
  const { storage } = await startStorage({ crm: { kind: 'sqlite', file: makeDatabase(tables) } })
  const answer = JSON.stringify(await example.order(storage, makeCall()))
  expect(readme).toContain(`It answers \`${answer}\``)
  const error = await errorFrom(example.order(storage, makeCall()))
  expect([error.message, error.details]).toEqual(['Ran step 2, an update of "Products": expected 1 rows, found 0', { step: 2, expected: 1, found: 0 }])
})
