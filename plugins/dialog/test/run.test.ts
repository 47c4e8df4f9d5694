import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { cpSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run, temporaryFolder } from '../../../test/command.ts'
import { runScript, type RunInput } from '../src/commands/run.ts'
import { exampleScripts } from './examples.ts'
import { found } from './held.ts'

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** Holds the debtor's dialog in a process of its own, with lines from a pipe. */
async function typed(lines: readonly string[], input: RunInput, json = false): Promise<Ended> {
  const child = spawn(process.execPath, ['--conditions=source', join(import.meta.dirname, 'run-process.ts'), 'debtor', JSON.stringify(input), ...(json ? ['json'] : [])], { stdio: 'pipe' })
  child.stdin.end(lines.map((line) => `${line}\n`).join(''))
  const [[code], output, errors] = await Promise.all([once(child, 'close') as Promise<[number | null]>, text(child.stdout), text(child.stderr)])
  return { code, output, errors }
}

/** An assembly with the scripts of the example and a database in which customer 17 owes 3000 kroner. */
function assembly(): string {
  const folder = temporaryFolder()
  for (const part of ['dialogs', 'model']) cpSync(join(import.meta.dirname, '../../../examples/dialogs', part), join(folder, part), { recursive: true })
  writeFileSync(join(folder, 'assembly.yaml'), `assembly: shop
components:
  storage: { plugin: '@caruso/storage', config: { sources: { crm: { kind: sqlite, file: crm.sqlite } } } }
  modeler: { plugin: '@caruso/modeler', config: { source: crm } }
  dialog: { plugin: '@caruso/dialog' }
`)
  const database = new DatabaseSync(join(folder, 'crm.sqlite'))
  database.exec(`
    create table customer (number integer primary key, name text not null, born text, telephone text, email text, address_street text, address_postal_code text, address_city text, address_region text, address_country text);
    create table invoice (number integer primary key, customer_number integer not null references customer, open text, due text, state text);
    insert into customer (number, name, born) values (17, 'Kari Nordmann', '1980-05-12');
    insert into invoice values (1234, 17, '3000.00', '2026-10-01', 'overdue')`)
  database.close()
  return folder
}

test('caruso dialog run holds a dialog over the objects of the assembly, with the lines of a pipe, and tells what became of it', { timeout: 60_000 }, async () => {
  const { code, output, errors } = await run(assembly(), 'sh', '-c', `printf '17\\n12.05.1980\\navdrag\\n{"score":"700"}\\n4\\ni morgen\\nja\\n\\n\\n' | ${process.execPath} ${join(import.meta.dirname, '../../../packages/cli/bin/caruso.js')} dialog run dialogs/debtor.xml --lang nb`)
  expect([code, errors.replaceAll(/^warning: Class "(GridArea|Outage)".*\n/gm, '')]).toEqual([0, ''])
  expect(output).toMatch(/^God dag, dette er Nordlys Energi\..*\n\nKan jeg få kundenummeret ditt\?\n\n/)
  expect(output).toContain('Kari Nordmann, faktura 1 2 3 4 forfalt 1. oktober 2026.')
  expect(output).toContain('Request credit.score {"customer":"17"}: type the answer as JSON')
  expect(output).toMatch(/\nTakk\. Vi har notert det vi ble enige om\.\n\nOutcome: settled\nAnswers:\n {2}who\/number = "17"\n {2}who\/born = •••\n {2}plan = "instalments"\n[\s\S]*\nActions:\n {2}billing\.instalments \{"invoice":"1234","months":"4","monthly":"750",/)
})

test('with --json the record is all that is written, and what is found may be typed, and may fail', { timeout: 30_000 }, async () => {
  const { code, output, errors } = await typed(['17', '12.05.1980', '{not', JSON.stringify(found.Customer), JSON.stringify(found.Customer), 'failed'], { channel: 'agent', lang: 'en' }, true)
  expect(code).toBe(0)
  expect(JSON.parse(output)).toMatchObject({ dialog: 'debtor', outcome: 'trouble', handOver: 'accounts', answers: { 'who/number': '17' } })
  expect(errors).toContain('Look up one Customer where number == 17 && born == date("1980-05-12"): type the answer as JSON, nothing if there is none, or "failed"\nThat is no JSON: ')
})

test.each([
  [{ lang: 'de' }, 'Began the dialog in the language "de": the script has en, nb, ar'],
  [{ given: '[1]' }, 'Read --given as JSON: expected an object'],
  [{ data: 'nowhere.json' }, 'Read the data file "nowhere.json": there is no such file'],
])('%j is refused', async (input, words) => {
  const script = exampleScripts().get('debtor')
  const terminal = { json: false, answer: () => undefined, progress: () => undefined }
  await expect(runScript(script!, input, { terminal }, () => Promise.resolve(undefined))).rejects.toThrow(words)
})
