import { clientOf } from '@caruso/bus'
import type { Client } from '@caruso/contract'
import { Storage } from '@caruso/storage/contract'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { CarusoProcess } from './caruso-up.ts'
import { NatsProcess } from './nats-process.ts'
import { Operator } from './operator.ts'
import { firstTickets, secondTickets, ticketFolder, Tickets, type Kind } from './ticket-folder.ts'

/** A few each time; more are asked for where the growing of models is changed. */
const kills = Number(process.env['CARUSO_GROWTH_KILLS'] ?? 2)
const natsServer = inject('natsServer')
const consumer = { component: 'operator', grants: ['storage.sql'] }
const old = ['id', 'room', 'title']
/** What both versions can work with. */
const union = ['id', 'phone?', 'room?', 'title']

const ticketsAt = ({ bus }: Operator): Client<typeof Tickets> => clientOf(Tickets, bus.outlet(Tickets, consumer))

/** The version whose component has made a ticket. */
async function versionAt(operator: Operator): Promise<string> {
  return (await ticketsAt(operator).add({}, operator.call())).version
}

/** The last step that it comes to. */
async function swap(operator: Operator): Promise<string> {
  let last = ''
  for await (const { step } of operator.manager.swap({ component: 'tickets', version: '1.1.0' }, operator.call())) last = step
  return last
}

/** The columns of the tickets, those that may be null with a question mark; nothing where there is no table. */
async function columnsAt(operator: Operator): Promise<string[]> {
  const storage = clientOf(Storage, operator.bus.outlet(Storage, consumer))
  for await (const { tables } of storage.describe({ source: 'crm' }, operator.call())) {
    const found = tables.find(({ name }) => name === 'ticket')
    if (found) return found.columns.map(({ name, nullable }) => `${name}${nullable ? '?' : ''}`).toSorted()
  }
  return []
}

describe.each(['sqlite', 'pg', 'mysql'] as const satisfies readonly Kind[])('tables in %s', (kind) => {
  test.skipIf(kind === 'mysql' && inject('mysql') === undefined)('that grow for a version are old or grown when the host is killed meanwhile, and the swap can be made again', { timeout: 60_000 + kills * 15_000 }, async () => {
    for (let kill = 0; kill < kills; kill++) {
      const { folder, add } = await ticketFolder(kind, firstTickets)
      const up = await CarusoProcess.up(folder)
      onTestFinished(async () => await up[Symbol.asyncDispose]())
      const operator = await Operator.reach(folder, 'tickets')
      expect(await versionAt(operator)).toBe('1.0.0')
      await add('1.1.0', secondTickets)
      const swapping = Promise.allSettled([swap(operator)])
      // The tables of a version grow within the first tenths of a second of its swap.
      await pause(Math.random() * 200)
      await up.kill()
      await operator[Symbol.asyncDispose]()
      await swapping

      await using again = await CarusoProcess.up(folder)
      await using later = await Operator.reach(folder, 'tickets')
      expect([old, union]).toContainEqual(await columnsAt(later))
      const found = await versionAt(later)
      expect(['1.0.0', '1.1.0']).toContain(found)
      if (found === '1.0.0') expect(await swap(later)).toBe('done')
      expect(await columnsAt(later)).toEqual(union)
      expect(await versionAt(later)).toBe('1.1.0')
      expect((await ticketsAt(later).all({}, later.call())).tickets.length).toBeGreaterThanOrEqual(2)
      await again.stop()
    }
  })
})

test.skipIf(natsServer === undefined)('tables grow for a version at another host than that of the modeler; where that host is away, the version before goes on', { timeout: 90_000 }, async () => {
  await using nats = new NatsProcess(natsServer ?? '')
  await nats.start()
  const { folder, add } = await ticketFolder('sqlite', firstTickets, { modeler: 'b', nats: nats.url })
  let b = await CarusoProcess.host(folder, 'b', nats.url)
  onTestFinished(async () => await b[Symbol.asyncDispose]())
  await using main = await CarusoProcess.up(folder)
  await using operator = await Operator.connect({ url: nats.url }, 'tickets')
  expect(await versionAt(operator)).toBe('1.0.0')
  await add('1.1.0', secondTickets)
  await b.kill()
  await expect(swap(operator)).rejects.toThrow()
  expect(await columnsAt(operator)).toEqual(old)
  b = await CarusoProcess.host(folder, 'b', nats.url)
  await vi.waitFor(async () => expect(await versionAt(operator)).toBe('1.0.0'), { timeout: 15_000 })
  await vi.waitFor(async () => expect(await swap(operator)).toBe('done'), { timeout: 15_000, interval: 200 })
  expect(await columnsAt(operator)).toEqual(union)
  expect(await versionAt(operator)).toBe('1.1.0')
  await main.stop()
})
