import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Call, Client } from '@caruso/contract'
import modeler from '@caruso/modeler'
import { Objects } from '@caruso/modeler/contract'
import storage from '@caruso/storage'
import { Storage } from '@caruso/storage/contract'
import { double, testPlugin, type transports } from '@caruso/testing'
import { onTestFinished } from 'vitest'
import { freshDatabase } from '../../../test/databases.ts'
import { Requests, type Dialogs } from '../src/contract.ts'
import dialog from '../src/index.ts'

const example = fileURLToPath(new URL('../../../examples/dialogs/', import.meta.url))

/** To a server. */
const connections = 3

export type Kind = 'sqlite' | 'pg' | 'mysql'

export interface Running {
  readonly dialogs: Client<typeof Dialogs>
  readonly objects: Client<typeof Objects>
  /** The folder of the scripts, which a test may change. */
  readonly folder: string
  readonly logs: readonly unknown[]
  /** Somebody on the web; with `lead` an agent. */
  call(lead?: 'lead'): Call
  health(): Promise<{ readonly ok: boolean; readonly detail?: string }>
  /** The milliseconds of timers pass. */
  advance(milliseconds: number): Promise<void>
  /** Another instance takes over, as in a swap. */
  swap(): Promise<void>
}

/** The dialog component on real objects: a customer 7 who owes 3000.50, with the scripts of the example. */
export async function runDialogs(transport: (typeof transports)[number] = 'direct', kind: Kind = 'sqlite', scores: readonly unknown[] = ['500', '100']): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'dialogs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  cpSync(join(example, 'dialogs'), join(folder, 'dialogs'), { recursive: true })
  cpSync(join(example, 'model'), join(folder, 'model'), { recursive: true })
  mkdirSync(join(folder, 'mapping'))
  const beneath = await testPlugin(storage, { config: { sources: { crm: kind === 'sqlite' ? { kind, file: join(folder, 'crm.db') } : { ...(await freshDatabase(kind)), connections } } } })
  onTestFinished(() => beneath.close())
  const kept = beneath.clients.storage
  const run = async (sql: string): Promise<unknown> => await kept.sql({ source: 'crm', sql, write: true }, beneath.call({ permissions: ['storage.sql'] }))
  for (const sql of tablesOn(kind)) await run(sql)
  // Those that were opened later, the components above would seem to leave behind.
  await Promise.all(Array.from({ length: connections }, () => run('select 1 as one')))
  const middle = await testPlugin(modeler, { config: { model: join(folder, 'model'), mapping: join(folder, 'mapping'), policies: join(folder, 'policies') }, requires: { storage: double(Storage, { ...kept, alter: (change) => kept.alter(change, beneath.call({ permissions: ['storage.alter'] })) }) }, grants: ['storage.alter'] })
  onTestFinished(() => middle.close())
  // As the service manager does before it starts the component.
  await middle.clients.preparation.prepare({ step: 'grow', component: 'dialog', contract: Objects.name, next: { version: '1.0.0', needs: dialog.needs?.objects }, run: true, drop: false }, middle.call({ permissions: ['manage'] }))
  const requests = double(Requests, { answer: ({ args }) => ({ answer: { score: args['customer'] === '7' ? scores[0] : scores[1] } as Readonly<Record<string, string>> }) })
  const kit = await testPlugin(dialog, { config: { dialogs: join(folder, 'dialogs') }, requires: { objects: double(Objects, middle.clients.objects), requests }, transport })
  onTestFinished(() => kit.close())
  return {
    dialogs: kit.clients.dialogs,
    objects: middle.clients.objects,
    folder: join(folder, 'dialogs'),
    logs: kit.logs,
    call: (lead) => kit.call(lead ? { as: 'kari', permissions: ['dialogs.lead', 'dialogs.check'] } : {}),
    health: async () => await kit.health(),
    advance: async (milliseconds) => { await kit.clock.advance(milliseconds) },
    swap: async () => { await kit.handOver(dialog) },
  }
}

function tablesOn(kind: Kind): readonly string[] {
  const { date, decimal } = kind === 'sqlite' ? { date: 'text', decimal: 'text' } : { date: 'date', decimal: 'decimal(12, 2)' }
  return [
    `create table customer (number integer primary key, name text not null, born ${date}, telephone text, email text, address_street text, address_postal_code text, address_city text, address_region text, address_country text)`,
    `create table invoice (number integer primary key, customer_number integer not null references customer (number), open ${decimal}, due ${date}, state text)`,
    "insert into customer (number, name, born, telephone) values (7, 'Ada Berg', '1980-01-02', '+4722225555')",
    "insert into invoice (number, customer_number, open, due, state) values (77, 7, '3000.50', '2026-10-01', 'overdue')",
  ]
}
