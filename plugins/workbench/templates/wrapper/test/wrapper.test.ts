import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import storagePlugin from '@caruso/storage'
import { Storage } from '@caruso/storage/contract'
import { double, testPlugin, transports } from '@caruso/testing'
import { makeLegacy } from '../legacy/make-legacy.ts'
import plugin from '../src/index.ts'

for (const transport of transports) {
  test(`finds articles by a part of their title (${transport})`, async (context) => {
    const storage = await legacyStorage(context)
    await using kit = await testPlugin(plugin, { transport, grants: ['storage.sql'], requires: { storage } })
    const { articles } = await kit.clients.sampleKey.search({ text: 'tea' }, kit.call())
    assert.deepEqual(articles, [{ id: 'A-200', title: 'Tea pot', price: '24.50', changed: '2024-11-12' }])
  })

  test(`gives one article as clean values (${transport})`, async (context) => {
    const storage = await legacyStorage(context)
    await using kit = await testPlugin(plugin, { transport, grants: ['storage.sql'], requires: { storage } })
    assert.deepEqual(await kit.clients.sampleKey.article({ id: 'B-100' }, kit.call()), { id: 'B-100', title: 'Cup', price: '6.25', changed: null })
    await assert.rejects(kit.clients.sampleKey.article({ id: 'C-1' }, kit.call()), { code: 'ARTICLE_UNKNOWN' })
  })
}

/** The real storage over a database as the legacy system has it. */
async function legacyStorage(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sample-'))
  const file = join(folder, 'legacy.sqlite')
  makeLegacy(file)
  const kit = await testPlugin(storagePlugin, { config: { sources: { legacy: { kind: 'sqlite', file, readonly: true } } } })
  context.after(async () => {
    await kit.close()
    await rm(folder, { recursive: true, force: true })
  })
  return double(Storage, {
    query: (plan) => kit.clients.storage.query(plan, kit.call()),
    sql: (statement) => kit.clients.storage.sql(statement, kit.call({ permissions: ['storage.sql'] })),
  })
}
