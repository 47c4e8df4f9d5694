import { Storage } from '@caruso/storage/contract'
import { clientOf } from '@caruso/bus'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, inject, onTestFinished, test } from 'vitest'
import { firstTickets as first, secondTickets as second, ticketAssembly, type Kind, type TicketAssembly, type TicketVersion } from './ticket-folder.ts'

const otherType: TicketVersion = { classes: { Ticket: `key: 'id', attributes: { id: 'number', title: { type: 'number', required: true }, room: { type: 'text', required: true, max: 20 } }` }, values: `{ title: 1, room: 'hall' }` }

const consumer = { component: 'tests', grants: ['storage.sql'] }

const read = async (steps: AsyncIterable<{ readonly step: string; readonly detail: string }>): Promise<string[]> => {
  const told: string[] = []
  for await (const { step, detail } of steps) told.push(step === 'grow' ? `${step} ${detail}` : step)
  return told
}

const swap = async ({ manager, call }: TicketAssembly, version: string): Promise<string[]> => await read(manager.swap({ component: 'tickets', version }, call()))

/** The columns of a table, in the order of their names, those that may be null with a question mark. */
async function columns({ running, call }: TicketAssembly, table: string): Promise<string[]> {
  const storage = clientOf(Storage, running.host.bus.outlet(Storage, consumer))
  for await (const { tables } of storage.describe({ source: 'crm' }, call())) {
    const found = tables.find(({ name }) => name === table)
    if (found !== undefined) return found.columns.map(({ name, nullable }) => `${name}${nullable ? '?' : ''}`).toSorted()
  }
  return []
}

/** Who asks on and on; `failed` are the errors. */
function asking({ tickets, call }: TicketAssembly): { readonly made: Map<string, number>; end(): Promise<unknown[]> } {
  const made = new Map<string, number>()
  const failed: unknown[] = []
  let going = true
  const asker = async (): Promise<void> => {
    while (going) {
      try {
        const { version } = await tickets.add({}, call())
        made.set(version, (made.get(version) ?? 0) + 1)
        await tickets.all({}, call())
        // Direct calls over SQLite leave the process to nobody else.
        await pause(2)
      } catch (error) {
        failed.push(error)
      }
    }
  }
  const askers = Promise.all([asker(), asker(), asker()])
  onTestFinished(async () => {
    going = false
    await askers
  })
  return {
    made,
    end: async () => {
      going = false
      await askers
      return failed
    },
  }
}

const total = (made: ReadonlyMap<string, number>): number => [...made.values()].reduce((sum, one) => sum + one, 0)

describe.each(['sqlite', 'pg', 'mysql'] as const satisfies readonly Kind[])('a plugin with tables in %s', (kind) => {
  describe.skipIf(kind === 'mysql' && inject('mysql') === undefined)('and', { timeout: 60_000 }, () => {
    test('gets them before it starts, and more before the next version does, while both answer; what it has stays where it is rolled back', async () => {
      const assembly = await ticketAssembly(kind, first)
      const { manager, tickets, call } = assembly
      expect(await columns(assembly, 'ticket')).toEqual(['id', 'room', 'title'])
      await assembly.add('1.1.0', second)
      const asked = asking(assembly)
      await tickets.add({}, call())
      expect(await swap(assembly, '1.1.0')).toEqual(['plan', expect.stringMatching(/^grow .*create table "note".*add column "phone"/), 'start', 'switch', 'drain', 'done'])
      await tickets.add({}, call())
      expect(await columns(assembly, 'ticket')).toEqual(['id', 'phone?', 'room?', 'title'])
      expect(await read(manager.rollback({ component: 'tickets' }, call()))).toEqual(['plan', 'start', 'switch', 'drain', 'done'])
      await tickets.add({}, call())
      expect(await swap(assembly, '1.1.0')).toEqual(['plan', 'start', 'switch', 'drain', 'done'])
      expect(await asked.end()).toEqual([])
      const all = await tickets.all({}, call())
      expect(all.tickets).toHaveLength(Math.min(1000, total(asked.made) + 3))
      expect(Object.keys(all.tickets[0] ?? {}).toSorted()).toEqual(['id', 'phone', 'title'])
    })

    test('loses what only versions before had when those are given up, after which nobody goes back to them', async () => {
      const assembly = await ticketAssembly(kind, first)
      const { manager, tickets, call, running } = assembly
      await tickets.add({}, call())
      await assembly.add('1.1.0', second)
      await swap(assembly, '1.1.0')
      const storage = clientOf(Storage, running.host.bus.outlet(Storage, consumer))
      await storage.sql({ source: 'crm', sql: `update ticket set phone = '7'`, write: true }, call())

      const dropped = ['drop column "room" of "ticket"', 'change column "phone" of "ticket"']
      expect(await manager.finalize({ component: 'tickets', dryRun: true }, call())).toEqual({ component: 'tickets', version: '1.1.0', changes: expect.arrayContaining(dropped), losses: ['drop column "room" of "ticket": 1 rows have values there'] })
      await expect(manager.finalize({ component: 'tickets' }, call())).rejects.toMatchObject({ code: 'VALUES_LOST', message: expect.stringContaining('1 rows have values there') })
      expect(await columns(assembly, 'ticket')).toEqual(['id', 'phone?', 'room?', 'title'])
      expect(await manager.finalize({ component: 'tickets', drop: true, why: 'all are used to it' }, call())).toMatchObject({ changes: expect.arrayContaining(dropped) })
      expect(await columns(assembly, 'ticket')).toEqual(['id', 'phone', 'title'])
      expect((await manager.finalize({ component: 'tickets' }, call())).changes).toEqual([])
      await expect(read(manager.rollback({ component: 'tickets' }, call()))).rejects.toMatchObject({ code: 'NO_PREVIOUS' })
      expect(await manager.history({ component: 'tickets' }, call())).toMatchObject([{ action: 'finalize' }, { action: 'finalize', why: 'all are used to it', outcome: 'done' }, { action: 'swap' }])
      const again = await assembly.restart()
      await again.tickets.add({}, again.call())
      expect(await again.tickets.all({}, again.call())).toEqual({ version: '1.1.0', tickets: [{ id: 1, title: 'a lamp', phone: '7' }, { id: 2, title: 'a lamp that is broken since yesterday', phone: '12' }] })
    })
  })
})

test('a version whose classes cannot stand beside those that run is refused, and says why', async () => {
  const assembly = await ticketAssembly('sqlite', first)
  await assembly.add('1.1.0', otherType)
  await expect(swap(assembly, '1.1.0')).rejects.toMatchObject({ code: 'SWAP_REFUSED', message: expect.stringContaining('Ticket.title: it was text and is number in tickets 1.1.0') })
})
