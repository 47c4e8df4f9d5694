import { messageOf } from '@caruso/contract'
import { setTimeout as sleep } from 'node:timers/promises'
import { drawKill, type KillDraw } from './kill-draw.ts'
import { versions } from './keeper-folder.ts'
import { Moments } from './moments.ts'
import type { Site } from './site.ts'
import type { Callers } from './callers.ts'

/** Milliseconds that a schedule may take on a busy machine. */
const limit = 120_000

/** What one schedule came to. */
export interface ScheduleEnd {
  readonly draw: KillDraw
  /** False where what was to be killed had gone before. */
  readonly killed: boolean
  /** How the swap ended for whoever asked. */
  readonly swapped: string
  readonly answered: number
  /** What did not hold. */
  readonly complaints: readonly string[]
  readonly trace: readonly string[]
}

/** One kill during one swap while calls flow, as a seed draws it, and what must hold afterwards. */
export class Schedule {
  readonly #site: Site
  readonly #draw: KillDraw
  readonly #seed: number
  readonly #complaints: string[] = []
  #callers: Callers | undefined
  #moments: Moments | undefined
  #killed = false
  #swapped = ''

  private constructor(site: Site, draw: KillDraw, seed: number) {
    this.#site = site
    this.#draw = draw
    this.#seed = seed
  }

  static async run(site: Site, seed: number): Promise<ScheduleEnd> {
    const draw = drawKill(site.cell, seed)
    const schedule = new Schedule(site, draw, seed)
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => resolve(schedule.#complain(`it had not ended after ${limit} ms`)), limit)
    const run = schedule.#run().catch((error: unknown) => schedule.#complain(`it broke: ${error instanceof Error ? error.stack : messageOf(error)}`))
    await Promise.race([run, promise])
    clearTimeout(timer)
    schedule.#moments?.end()
    schedule.#callers?.stop()
    return { draw, killed: schedule.#killed, swapped: schedule.#swapped, answered: schedule.#callers?.answered ?? 0, complaints: schedule.#complaints, trace: schedule.#moments?.trace ?? [] }
  }

  async #run(): Promise<void> {
    const { from } = this.#draw
    this.#complain(...(await this.#site.refresh()))
    const before = await this.#settled()
    if (before !== from) await this.#swapTo(from)
    this.#callers = this.#site.callers(`${this.#seed} `)
    const callers = this.#callers
    await callers.flow()
    const line = await this.#line(callers)
    await this.#kill(callers)
    const version = await this.#settled()
    this.#moments?.note(`${version} serves`)
    callers.expectCalm()
    await callers.flow()
    await this.#auditAnswers(version)
    await this.#auditState(callers, line, version)
    await this.#swapTo(otherThan(version))
    this.#complain(...(await callers.end(this.#site.folder)), ...this.#site.witness.takeComplaints())
  }

  /** Swaps, kills where the draw says so, and starts again what has to be. */
  async #kill(callers: Callers): Promise<void> {
    const { victim, from, at, delay, pause } = this.#draw
    const moments = new Moments(this.#site, at, from)
    this.#moments = moments
    const journal = moments.watchJournal()
    moments.note('asked')
    let over = false
    const swapping = this.#site.swap(otherThan(from), (step) => moments.note(`told ${step}`)).finally(() => (over = true))
    await Promise.race([moments.come, swapping])
    await sleep(delay)
    callers.expectKill()
    this.#killed = await this.#site.kill(victim, from, () => over)
    moments.note(this.#killed ? `${victim} is killed` : `${victim} was gone`)
    // Whoever dies while another waits may be back before that one goes on.
    await sleep(pause)
    moments.release()
    await this.#site.revive(victim)
    this.#swapped = await swapping
    moments.note(`the swap ended with ${this.#swapped}`)
    moments.end()
    await journal
  }

  async #auditAnswers(version: string): Promise<void> {
    const answers = await this.#site.answering()
    const found = new Set(answers.map((answer) => `${answer.version} ${answer.life}`))
    if (found.size !== 1 || answers[0]?.version !== version) this.#complaints.push(`${[...found].join(', ')} answer, where ${version} serves`)
  }

  /** What the state had taken is there; it begins anew only where what held it was killed. */
  async #auditState(callers: Callers, lineBefore: string, version: string): Promise<void> {
    const { victim, from } = this.#draw
    const holder = version === from ? 'old' : 'new'
    const holderDied = this.#killed && (victim === 'host' || victim === holder)
    if ((await this.#line(callers)) !== lineBefore && !holderDied) this.#complain('the state began anew, though what held it was not killed')
  }

  /** The line of descent of the state; what it had taken and does not have is wrong. */
  async #line(callers: Callers): Promise<string> {
    if (this.#site.cell.state === 'without') return ''
    const { line, missing } = await callers.notes()
    if (missing.length > 0) this.#complain(`was noted and is not in the state: ${missing.join(', ')}`)
    return line
  }

  /** The version that serves once all is well again. */
  async #settled(): Promise<string> {
    const { version, complaints } = await this.#site.settled()
    this.#complain(...complaints)
    return version
  }

  /** Swaps with nothing that is killed. */
  async #swapTo(version: string): Promise<void> {
    const line = this.#callers === undefined ? '' : await this.#line(this.#callers)
    const swapped = await this.#site.swap(version)
    if (swapped !== 'done') this.#complain(`a swap to ${version} in which nothing is killed ended with ${swapped}`)
    const serves = await this.#settled()
    if (serves !== version) this.#complain(`after a swap to ${version}, ${serves} serves`)
    if (this.#callers !== undefined && (await this.#line(this.#callers)) !== line) this.#complain(`the state began anew in a swap to ${version} in which nothing is killed`)
  }

  #complain(...complaints: readonly string[]): void {
    this.#complaints.push(...complaints)
  }
}

function otherThan(version: string): string {
  return version === versions[0] ? versions[1] : versions[0]
}
