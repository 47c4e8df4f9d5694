import { contract, Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { testPlugin, transports } from '@caruso/testing'
import { expect, test } from 'vitest'

const Counter = contract({
  name: 'counter',
  version: '1.0.0',
  operations: {
    add: { input: Type.Object({}), output: Type.Integer() },
    cheat: { input: Type.Object({}), output: Type.Integer() },
  },
})

const Entry = Type.Object({ n: Type.Integer() })
const config = Type.Object({})

const counter = definePlugin({
  name: 'counter',
  config,
  provides: { counter: Counter },
  state: { version: 1, entry: Entry },
  start: ({ state }) => ({
    counter: {
      add: () => {
        state.set('n', { n: (state.get('n')?.n ?? 0) + 1 })
        return state.get('n')?.n ?? 0
      },
      cheat: () => Object.assign(state.get('n') ?? {}, { n: 7 }).n,
    },
  }),
})

test.each(transports)('handOver() carries the state to the next version, %s', async (transport) => {
  await using kit = await testPlugin(counter, { transport })
  expect(await kit.clients.counter.add({}, kit.call())).toBe(1)
  await kit.handOver(counter)
  expect(await kit.clients.counter.add({}, kit.call())).toBe(2)
})

test('a version that cannot take over leaves what runs as it was, and nothing behind', async () => {
  await using kit = await testPlugin(counter)
  await kit.clients.counter.add({}, kit.call())
  const forgetful = definePlugin({ name: 'counter', config, provides: { counter: Counter }, start: () => ({ counter: { add: () => 0, cheat: () => 0 } }) })
  await expect(kit.handOver(forgetful)).rejects.toMatchObject({ code: 'STATE_INVALID' })
  expect(await kit.clients.counter.add({}, kit.call())).toBe(2)
})

test('an entry that is changed in place throws where it is done, before and after a hand-over', async () => {
  await using kit = await testPlugin(counter)
  await kit.clients.counter.add({}, kit.call())
  await expect(kit.clients.counter.cheat({}, kit.call())).rejects.toThrow('Cannot assign to read only property')
  await kit.handOver(counter)
  await expect(kit.clients.counter.cheat({}, kit.call())).rejects.toThrow('Cannot assign to read only property')
})
