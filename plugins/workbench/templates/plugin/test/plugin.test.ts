import assert from 'node:assert/strict'
import test from 'node:test'
import { testPlugin, transports } from '@caruso/testing'
import plugin from '../src/index.ts'
import { Sample } from '../src/contract.ts'

for (const transport of transports) {
  test(`greets by name, and tells so (${transport})`, async () => {
    await using kit = await testPlugin(plugin, { config: { greeting: 'Good day' }, transport })
    const { text } = await kit.clients.sampleKey.greet({ name: 'Ada' }, kit.call())
    assert.equal(text, 'Good day, Ada')
    assert.deepEqual(await kit.event(Sample, 'greeted'), { name: 'Ada' })
  })

  test(`refuses a name that is empty (${transport})`, async () => {
    await using kit = await testPlugin(plugin, { transport })
    await assert.rejects(kit.clients.sampleKey.greet({ name: '' }, kit.call()), { code: 'INVALID_INPUT' })
  })
}
