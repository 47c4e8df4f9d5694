import fc from 'fast-check'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, inject, test } from 'vitest'
import { carusoUntil } from '../../../test/command.ts'
import { applyModel } from '../src/migrate/apply-model.ts'
import type { ModelSource } from '../src/migrate/model-source.ts'
import { undoModel } from '../src/migrate/undo-model.ts'
import { catalogue, crm, planned, type Files } from './migrated.ts'

// More by hand: CARUSO_MODEL_KILLS=100 npx vitest run plugins/modeler/test/killed-models.test.ts
const kills = Number(process.env['CARUSO_MODEL_KILLS'] ?? 2)
const seed = Number(process.env['CARUSO_SEED'] ?? 1)

/** Nothing that is lost leads from one to the other, so each can be taken back. */
const old: Files = {
  customer: 'class: Customer\nkey: id\nattributes:\n  id: number\n  name: { type: text, required: true, max: 80 }\n  code: { type: text, max: 20 }\n  city: { type: text, max: 20 }\n',
}
const young: Files = {
  customer: 'class: Customer\nkey: id\nattributes:\n  id: number\n  fullName: { type: text, required: true, max: 80, was: name }\n  code: { type: text, max: 40, unique: true }\n  city: { type: text, max: 20 }\n  born: date\n  active: yes-no\n',
  order: 'class: Order\nkey: id\nattributes:\n  id: number\n  customer: { type: reference, to: Customer, required: true }\n  at: instant\n',
  line: 'class: Line\nkey: id\nattributes:\n  id: number\n  order: { type: reference, to: Order, required: true }\n  words: { type: text, max: 80 }\n',
}

const people = Array.from({ length: 40 }, (_, n) => ({ id: n + 1, name: `name ${n}`, code: `c${n}`, city: n % 2 === 0 ? 'Oslo' : null }))

type Crm = Awaited<ReturnType<typeof crm>>

/** Statements that others run in the database, which a server goes on with when who asked was killed. */
const others = {
  sqlite: undefined,
  pg: `select count(*) as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'`,
  mysql: `select count(*) as n from information_schema.processlist where db = database() and id <> connection_id() and command <> 'Sleep'`,
}

describe.each(['sqlite', 'pg', 'mysql'] as const)('caruso model on %s', (kind) => {
  test.skipIf(kind === 'mysql' && inject('mysql') === undefined)(`is killed at ${kills} moments of apply and undo, and leaves the old model, the new one, or what both finish`, { timeout: 60_000 + kills * 30_000 }, async ({ annotate }) => {
    const it = await crm(kind)
    symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(it.folder, 'node_modules'))
    const before = await it.model(old)
    await applyModel(before, false)
    for (const { id, name, code, city } of people) await it.run(`insert into customer (id, name, code, city) values (${id}, '${name}', '${code}', ${city === null ? 'null' : `'${city}'`})`)
    const wasOld = await catalogue(before)
    const after = await it.model(young)
    await applyModel(after, false)
    const isNew = await catalogue(after)
    await undoModel(after)
    expect(await catalogue(after)).toEqual(wasOld)

    const took: Record<string, number> = { apply: await measured(it, 'apply'), undo: await measured(it, 'undo') }
    const left: Record<string, number> = { old: 0, new: 0, between: 0 }
    const moments = fc.sample(fc.record({ what: fc.constantFrom('apply', 'undo'), at: fc.double({ min: 0, max: 1.1, noNaN: true }), next: fc.constantFrom('apply', 'undo') }), { numRuns: kills, seed })
    for (const { what, at, next } of moments) {
      if (what === 'undo') await applyModel(after, false)
      await killed(it, what, at * (took[what] ?? 0))
      await settled(it, kind)
      const found = JSON.stringify(await catalogue(after))
      const is = found === JSON.stringify(wasOld) ? 'old' : found === JSON.stringify(isNew) ? 'new' : 'between'
      left[is] = (left[is] ?? 0) + 1
      // Servers that take a list of changes back never stop between.
      if (kind !== 'mysql') expect(is).not.toBe('between')
      if (next === 'apply') {
        await applyModel(after, false)
        expect([await catalogue(after), await planned(after), await peopleIn(it)]).toEqual([isNew, [], people])
      }
      await backTo(after)
      expect([await catalogue(after), await peopleIn(it)]).toEqual([wasOld, people])
    }
    await annotate(`${kind}: after ${kills} kills the database was ${JSON.stringify(left)}`, 'notice')
  })
})

/** Takes back what is there of the new model. */
async function backTo(after: ModelSource): Promise<void> {
  const { last } = await after.state()
  if (last !== undefined && last.steps.length > 0 && JSON.stringify(last.steps).includes('full_name')) await undoModel(after)
}

async function peopleIn({ rows }: Crm): Promise<unknown[]> {
  const found = (await rows('customer')) as readonly Record<string, unknown>[]
  return found.map((row) => ({ id: Number(row['id']), name: row['full_name'] ?? row['name'], code: row['code'], city: row['city'] })).toSorted((a, b) => a.id - b.id)
}

/** Milliseconds from where the command begins with the data source to its end. */
async function measured({ folder }: Crm, what: 'apply' | 'undo'): Promise<number> {
  const begun = await carusoUntil('  crm', folder, 'model', what)
  const at = performance.now()
  expect(await begun.ended).toMatchObject({ code: 0 })
  return performance.now() - at
}

async function killed({ folder }: Crm, what: 'apply' | 'undo', after: number): Promise<void> {
  const begun = await carusoUntil('  crm', folder, 'model', what)
  await pause(after)
  begun.kill('SIGKILL')
  await begun.ended
}

async function settled({ query }: Crm, kind: keyof typeof others): Promise<void> {
  const sql = others[kind]
  while (sql !== undefined && Number((await query(sql))[0]?.['n']) > 0) await pause(20)
}
