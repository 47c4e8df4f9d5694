import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../free-port.ts'
import { caruso, type Ended } from '../command.ts'
import { CarusoProcess } from './caruso-up.ts'
import { dialogAssembly, post, withDatabase, type Answer } from './dialog-folder.ts'

const plugin = join(import.meta.dirname, '../../plugins/dialog')
const count = 1_000

/** Packs the plugin as another version, whose words for a question without help are its own. */
function packed(folder: string, version: string): string {
  const release = join(folder, 'releases', version)
  mkdirSync(release, { recursive: true })
  for (const part of ['src', 'i18n', 'public', 'dialog.dtd']) cpSync(join(plugin, part), join(release, part), { recursive: true })
  // What it depends on is that of the assembly.
  const { dependencies: _, devDependencies: __, ...manifest } = JSON.parse(readFileSync(join(plugin, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>
  writeFileSync(join(release, 'package.json'), JSON.stringify({ ...manifest, version }))
  const texts = JSON.parse(readFileSync(join(release, 'i18n/en.json'), 'utf8')) as Readonly<Record<string, string>>
  writeFileSync(join(release, 'i18n/en.json'), JSON.stringify({ ...texts, help: `No help in ${version}` }))
  return release
}

/** A command that must not fail. */
async function done(command: Promise<Ended>): Promise<void> {
  const { code, output, errors } = await command
  if (code !== 0) throw new Error(`Ended with ${code}: ${output}${errors}`)
}

/** People who each lead one of many dialogs in turn, and ask nothing again: what is not answered fails the test. */
class Callers {
  readonly #address: string
  #answers: readonly Answer[] = []
  answered = 0
  slowest = 0

  constructor(address: string) {
    this.#address = address
  }

  get first(): Answer {
    const [first] = this.#answers
    if (first === undefined) throw new Error('Looked for the first dialog: there is none')
    return first
  }

  get statuses(): readonly (string | undefined)[] {
    return [...new Set(this.#answers.map(({ view }) => view.outcome ?? view.question?.path))]
  }

  async begin(): Promise<void> {
    this.#answers = await this.#each(Array.from({ length: count }), () => this.#asked('start', { script: 'debtor', channel: 'web', language: 'en' }))
  }

  async put(operation: 'answer' | 'back', text?: string): Promise<void> {
    this.#answers = await this.#each(this.#answers, ({ dialog, seq }) => this.#asked(operation, { dialog, seq, ...(text === undefined ? {} : { text }) }))
  }

  async #asked(operation: string, body: object): Promise<Answer> {
    const begun = performance.now()
    const answer = await post(this.#address, operation, body)
    this.slowest = Math.max(this.slowest, performance.now() - begun)
    this.answered += 1
    return answer
  }

  /** Some at a time. */
  async #each<T>(all: readonly T[], ask: (one: T) => Promise<Answer>): Promise<readonly Answer[]> {
    const open = [...all.entries()]
    const answers: Answer[] = []
    await Promise.all(Array.from({ length: 10 }, async () => {
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        answers[next[0]] = await ask(next[1])
        // A person thinks; without that, the commands and the process would get no turn on a small machine.
        await pause(10)
      }
    }))
    return answers
  }
}

test('the plugin is exchanged for another version, and back, while a thousand dialogs go on in the middle of a script: none notices', { timeout: 240_000 }, async () => {
  const { folder, file } = await dialogAssembly()
  const port = await freePort()
  process.env['PORT'] = String(port)
  const up = await CarusoProcess.up(folder)
  onTestFinished(async () => {
    delete process.env['PORT']
    await up.kill()
  })
  const address = `http://127.0.0.1:${port}`
  const callers = new Callers(address)
  await callers.begin()
  await callers.put('answer', '7')
  let isSwapping = true
  const answering = (async () => {
    await callers.put('answer', '2/1/1980')
    for (; isSwapping; await callers.put('answer', '2/1/1980')) await callers.put('back')
  })().then(() => undefined, (error: unknown) => error) // It is looked at after the swaps, which may fail before.
  const words = async (): Promise<string | undefined> => {
    let stands = await post(address, 'start', { script: 'debtor', channel: 'web', language: 'en' })
    for (const text of ['7', '1/1/1980']) stands = await post(address, 'answer', { dialog: stands.dialog, seq: stands.seq, text })
    return (await post(address, 'help', { dialog: stands.dialog, seq: stands.seq })).view.notice?.text
  }
  await done(caruso(folder, 'add', packed(folder, '0.1.1')))
  const before = callers.answered
  await done(caruso(folder, 'swap', 'dialog', '0.1.1'))
  expect(await words()).toBe('No help in 0.1.1')
  await done(caruso(folder, 'rollback', 'dialog'))
  await done(caruso(folder, 'swap', 'dialog', '0.1.1'))
  const during = callers.answered - before
  isSwapping = false
  expect(await answering).toBeUndefined()
  expect(during).toBeGreaterThan(100)
  expect(callers.statuses).toEqual(['plan'])
  await callers.put('answer', 'dispute')
  await callers.put('answer', 'It was paid in May')
  expect(callers.statuses).toEqual(['disputed'])
  const rows = (table: string, column: string): unknown => withDatabase(file, (database) => ({ ...database.prepare(`select count(*) as all_of_them, count(distinct ${column}) as dialogs from ${table}`).get() }))
  expect(rows(`caruso_events where topic = 'billing.dispute'`, `json_extract(payload, '$.dialog')`)).toEqual({ all_of_them: count, dialogs: count })
  await vi.waitFor(() => expect(rows('task', 'dialog')).toEqual({ all_of_them: count, dialogs: count }), { timeout: 60_000, interval: 500 })
  process.stdout.write(`${callers.answered} answers, ${during} of them during three swaps, the slowest after ${Math.round(callers.slowest)} ms\n`)
})
