import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
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

const folder = mkdtempSync(join(tmpdir(), 'dialog-run-'))
const data = join(folder, 'data.json')
writeFileSync(data, JSON.stringify(found))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.concurrent('a dialog is held with the lines of a pipe, and tells at its end what became of it', { timeout: 30_000 }, async () => {
  const { code, output, errors } = await typed(['17', '12.05.1980', 'avdrag', '4', 'i morgen', 'ja', '', ''], { data, lang: 'nb' })
  expect([code, errors]).toEqual([0, ''])
  expect(output).toMatch(/^God dag, dette er Nordlys Energi\..*\n\nKan jeg få kundenummeret ditt\?\n\n/)
  expect(output).toMatch(/\nTakk\. Vi har notert det vi ble enige om\.\n\nOutcome: settled\nAnswers:\n {2}who\/number = "17"\n {2}who\/born = •••\n {2}plan = "instalments"\n[\s\S]*\nActions:\n {2}billing\.instalments \{"invoice":"1234","months":"4","monthly":"750",/)
})

test.concurrent('with --json the record is all that is written, and what is found may be typed, and may fail', { timeout: 30_000 }, async () => {
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
  await expect(runScript(script!, input, { terminal })).rejects.toThrow(words)
})
