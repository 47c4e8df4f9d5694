import { Bus, clientOf } from '@caruso/bus'
import { codeOf, type Client } from '@caruso/contract'
import { Manager } from '@caruso/manager/contract'
import { setTimeout as sleep } from 'node:timers/promises'
import { CarusoProcess } from '../system/caruso-up.ts'
import { NatsProcess } from '../system/nats-process.ts'
import { Callers, operator } from './callers.ts'
import { nameOfCell, type Cell } from './cell.ts'
import { auditJournal } from './journal-audit.ts'
import { KeeperFolder } from './keeper-folder.ts'
import { Keeper } from './keeper/contract.ts'
import type { Victim } from './kill-draw.ts'
import { processChildren, processRuns } from './process-children.ts'
import { Witness, type WitnessedLife } from './witness.ts'

/** Milliseconds in which all must be well again after what was killed has been started again. */
const settleLimit = 20_000
/** A component that crashes six times within a minute is given up, and each restart waits longer than the one before. */
const mostCrashes = 4

/** An assembly that runs for real: nats-server, `caruso up`, a keeper in one of two versions, and who calls and swaps it. */
export class Site implements AsyncDisposable {
  readonly cell: Cell
  readonly folder: KeeperFolder
  readonly witness: Witness
  readonly #nats: NatsProcess
  readonly #bus = new Bus('kills', 'operator')
  readonly #manager: Client<typeof Manager>
  readonly #keeper: Client<typeof Keeper>
  readonly #owned: AsyncDisposableStack
  #host: CarusoProcess
  /** The last one that was told to end. */
  #ending: WitnessedLife | undefined
  #crashes = 0

  private constructor(cell: Cell, parts: { readonly folder: KeeperFolder; readonly witness: Witness; readonly nats: NatsProcess; readonly host: CarusoProcess; readonly owned: AsyncDisposableStack }) {
    this.cell = cell
    this.folder = parts.folder
    this.witness = parts.witness
    this.#nats = parts.nats
    this.#host = parts.host
    this.#owned = parts.owned
    this.#manager = clientOf(Manager, this.#bus.outlet(Manager, operator))
    this.#keeper = clientOf(Keeper, this.#bus.outlet(Keeper, operator))
  }

  static async open(cell: Cell, natsServer: string): Promise<Site> {
    await using opened = new AsyncDisposableStack()
    const nats = opened.use(new NatsProcess(natsServer))
    await nats.start()
    const witness = opened.use(await Witness.begin())
    const folder = opened.use(await KeeperFolder.create(cell, nats.url, witness.port))
    const host = await CarusoProcess.up(folder.path)
    const site = new Site(cell, { folder, witness, nats, host, owned: new AsyncDisposableStack() })
    opened.defer(async () => await site.#host[Symbol.asyncDispose]())
    await folder.addSecond(cell)
    opened.defer(async () => await site.#bus.close())
    await site.#bus.connect({ url: nats.url })
    site.#owned.use(opened.move())
    return site
  }

  /** Calls that begin to flow. */
  callers(prefix: string): Callers {
    return new Callers(this.#bus, prefix, this.cell.state)
  }

  /** Swaps the keeper, telling each step; resolves to the last one, or to the code of the error. */
  async swap(version: string, tell: (step: string) => void = () => undefined): Promise<string> {
    let last = ''
    try {
      for await (const { step } of this.#manager.swap({ component: 'keeper', version }, this.#bus.call({ ...operator, timeout: 60_000 }))) {
        last = step
        tell(step)
      }
      return last
    } catch (error) {
      return codeOf(error) ?? String(error)
    }
  }

  /**
   * Kills what is to be killed, as soon as it is there; resolves to false where it did not come before the swap was over.
   * The host and the NATS server stay away until they are started again.
   */
  async kill(victim: Victim, from: string, isOver: () => boolean): Promise<boolean> {
    if (victim === 'host') await this.#host.kill()
    if (victim === 'nats') await this.#nats.kill()
    if (victim === 'host' || victim === 'nats') return true
    this.#crashes++
    while (!this.#killInstance(victim, from)) {
      if (isOver()) return false
      await sleep(1)
    }
    // It ends once it hears so, or the system comes to it; until then it may answer, and all seems well.
    for (const begun = performance.now(); this.#isEnding() && performance.now() - begun < settleLimit; ) await sleep(1)
    return true
  }

  /** Starts again what an operator would start again. */
  async revive(victim: Victim): Promise<void> {
    if (victim === 'host') await this.#up()
    if (victim === 'nats') await this.#nats.start()
  }

  /** Stops the host as an operator does and starts it anew, where its component is about to be given up. */
  async refresh(): Promise<string[]> {
    if (this.#crashes < mostCrashes) return []
    const complaints = await this.stop()
    await this.#up()
    return complaints
  }

  /** Stops the host; resolves to what was wrong. */
  async stop(): Promise<string[]> {
    const { code, errors } = await this.#host.stop()
    const running = this.witness.pids.filter(processRuns)
    return [...(code === 0 ? [] : [`caruso up ended with ${code}: ${errors}`]), ...running.map((pid) => `process ${pid} outlives its host`)]
  }

  /** Waits until all is well: resolves to the version that serves, or to what is not well when the time is over. */
  async settled(): Promise<{ readonly version: string; readonly complaints: readonly string[] }> {
    for (const begun = performance.now(); ; await sleep(10)) {
      const complaints = await this.#unsettled()
      const { serves } = auditJournal(this.folder)
      if (complaints.length === 0 || performance.now() - begun > settleLimit) return { version: serves, complaints: complaints.map((words) => `not after ${settleLimit} ms: ${words}`) }
    }
  }

  /** Who answers some calls. */
  async answering(): Promise<{ readonly version: string; readonly life: string }[]> {
    return await Promise.all(Array.from({ length: 10 }, () => this.#keeper.peek({}, this.#bus.call({ ...operator, timeout: 5_000 }))))
  }

  /** Asks `caruso history`; resolves to where it does not tell what the journal does. */
  async history(): Promise<string[]> {
    const { output, errors } = await new CarusoProcess(this.folder.path, 'history', '--json', '--limit', '1000').ended
    const told = output === '' ? errors : (JSON.parse(output) as { epoch: number; outcome: string }[]).map(({ epoch, outcome }) => `${epoch} ${outcome}`).join(', ')
    const ends = auditJournal(this.folder).ends.join(', ')
    return told === ends ? [] : [`caruso history tells ${told}, the journal ${ends}`]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync()
  }

  async #up(): Promise<void> {
    this.#crashes = 0
    this.#host = await CarusoProcess.up(this.folder.path)
  }

  /** A process that loads is not a life yet: it is a child of the host that no life is in. */
  #killInstance(victim: 'old' | 'new', from: string): boolean {
    const life = this.witness.lives.find(({ version }) => (version === from) === (victim === 'old'))
    this.#ending = life
    if (this.cell.isolation === 'worker') {
      life?.end()
      return life !== undefined
    }
    const pid = life?.pid ?? (victim === 'new' ? processChildren(this.#host.pid).find((child) => this.witness.lives.every((one) => one.pid !== child)) : undefined)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    return pid !== undefined
  }

  #isEnding(): boolean {
    return this.#ending !== undefined && this.witness.lives.includes(this.#ending)
  }

  async #unsettled(): Promise<string[]> {
    const { serves, complaints } = auditJournal(this.folder)
    if (complaints.length > 0) return [...complaints]
    const { components } = await this.#manager.list({}, this.#bus.call({ ...operator, timeout: 5_000 }))
    const listed = components.filter(({ component }) => component === 'keeper').map(({ version, state }) => `${version} ${state}`)
    const registered = this.#bus.registry.list().filter(({ info }) => info.component === 'keeper').map(({ info }) => `${info.version} ${info.paused === true ? 'paused' : 'active'}`)
    const lives = this.witness.lives.map((life) => `${life.version} ${stateOf(life)}`)
    const children = processChildren(this.#host.pid)
    const strays = this.witness.pids.filter((pid) => processRuns(pid) && this.witness.lives.every((life) => life.pid !== pid) && pid !== this.#host.pid)
    const wrong = Object.entries({ listed, registered, lives }).flatMap(([where, found]) => (found.length === 1 && found[0] === `${serves} active` ? [] : [`${where}: ${found.join(', ') || 'nothing'} where ${serves} serves in ${nameOfCell(this.cell)}`]))
    return [...wrong, ...(children.length === (this.cell.isolation === 'process' ? 1 : 0) ? [] : [`the host has the processes ${children.join(', ')}`]), ...strays.map((pid) => `process ${pid} still runs`)]
  }
}

function stateOf({ activeSince, step }: WitnessedLife): string {
  return activeSince === undefined ? step : 'active'
}
