import { messageOf } from '@caruso/contract'
import type { Disk } from './disk.ts'
import { Network } from './network.ts'
import { Clerk, Ledger, Plugins, Relay } from './plugins.ts'
import { componentsOf, journalFile, Site, type Role } from './site.ts'
import type { VirtualTime } from './virtual-time.ts'
import { Witness, type Life } from './witness.ts'

/** Milliseconds in which things go wrong, until then all that was begun has ended, and in which all must be well again. */
const trouble = 6_000
const settled = 26_000
const probed = 33_000
/** Milliseconds after which nobody sends to a host that is gone: its lease, the ticks that end it, and the way. */
const leaseAndTick = 1_700 + 600 + 200

const roles = ['main', 'side', 'client'] as const satisfies Role[]

/** One schedule: three processes, calls, swaps and faults as a seed draws them, and what must hold. */
export class Schedule {
  readonly #time: VirtualTime
  readonly #disk: Disk
  readonly #network: Network
  readonly #witness: Witness
  readonly #plugins: Plugins
  readonly #sites = new Map<Role, Site>()
  readonly #incarnations = new Map<Role, number>()
  /** By the name of a host on the bus, when it died. */
  readonly #died = new Map<string, number>()
  readonly #trace: (words: string) => void
  #answered = 0
  #lastId = 0

  constructor(time: VirtualTime, disk: Disk, trace: (words: string) => void) {
    this.#time = time
    this.#disk = disk
    this.#trace = (words) => trace(`${time.now.toFixed(1)} ms: ${words}`)
    this.#network = new Network(time)
    this.#witness = new Witness(time)
    this.#plugins = new Plugins(time, this.#witness)
    this.#network.sent = (link, subject) => {
      if (!subject.startsWith('sim.call.')) return
      const [, , host = ''] = subject.split('.')
      const died = this.#died.get(host)
      if (died === undefined) return
      const known = Math.max(died, link.heard.get(host) ?? 0, link.upSince)
      if (time.now > known + leaseAndTick) this.#witness.complain(`${link.name} sent a call to host ${host}, which died ${(time.now - died).toFixed(0)} ms ago`)
    }
  }

  /** Resolves to what did not hold. */
  async run(): Promise<{ readonly complaints: readonly string[]; readonly answered: number; readonly swapped: number; readonly passedOn: number }> {
    for (const role of roles) this.#begin(role)
    this.#drawCalls()
    this.#drawSwaps()
    this.#drawFaults()
    await this.#time.pass(settled)
    this.#auditQuiet()
    this.#probe()
    await this.#time.pass(probed)
    this.#auditEnd()
    const sum = (of: (site: Site) => number): number => [...this.#sites.values()].reduce((total, site) => total + of(site), 0)
    return { complaints: this.#witness.complaints, answered: this.#answered, swapped: sum(({ swapped }) => swapped), passedOn: sum(({ passedOn }) => passedOn) }
  }

  failed(error: unknown): void {
    this.#witness.complain(`nobody took care of: ${error instanceof Error ? error.stack ?? error.message : messageOf(error)}`)
  }

  #begin(role: Role): void {
    const nth = (this.#incarnations.get(role) ?? 0) + 1
    this.#incarnations.set(role, nth)
    const owner = `${role}${nth}`
    this.#time.after(0, owner, () => {
      const site = new Site(owner, role, this.#network, this.#plugins, this.#witness)
      this.#sites.set(role, site)
      this.#trace(`${owner} begins as ${site.bus.host}`)
      site.start().catch((error: unknown) => this.#witness.complain(`${owner} did not start: ${messageOf(error)}`))
    })
  }

  /** Lets a participant do something, if it lives then. */
  #later(at: number, role: Role, act: (site: Site) => void): void {
    this.#time.after(at, 'schedule', () => {
      const site = this.#sites.get(role)
      if (site?.ready === true) this.#time.after(0, site.owner, () => act(site))
    })
  }

  #drawCalls(): void {
    const { random } = this.#time
    const calls = random.within(10, 60)
    const [from, to] = random.chance(0.5) ? [300, trouble] : [random.within(300, 3_000), trouble]
    for (let i = 0; i < calls; i++) this.#drawCall(random.within(from, to))
    for (let i = random.within(0, 3); i > 0; i--) {
      const [contract, timeout] = [random.of([Ledger, Clerk]), random.within(500, 6_000)]
      this.#later(random.within(300, trouble), random.of(roles), (site) => void this.#count(site.caller.read(contract, timeout)))
    }
  }

  #drawCall(at: number): void {
    const { random } = this.#time
    const contract = random.of([Ledger, Ledger, Clerk])
    const operation = contract === Ledger ? random.of(['add', 'add', 'addByRelay', 'peek']) : random.of(['add', 'peek'])
    const [id, timeout] = [this.#lastId++, random.of([200, 1_000, 3_000, 5_000])]
    this.#later(at, random.of(roles), (site) => void this.#count(site.caller.call(contract, operation, id, timeout)))
  }

  async #count(call: Promise<boolean>): Promise<void> {
    if (await call) this.#answered++
  }

  #drawSwaps(): void {
    const { random } = this.#time
    for (let i = random.within(1, 6); i > 0; i--) {
      const [component, version] = [random.of(['ledger', 'ledger', 'clerk', 'relay']), `1.${random.within(0, 3)}.0`]
      const at = random.within(300, trouble)
      this.#later(at, random.of(roles), (site) => {
        this.#trace(`${site.owner} asks for ${component} ${version}`)
        void site.ask(component, version).then((answer) => this.#trace(`${site.owner} is answered: ${answer}`))
      })
    }
  }

  #drawFaults(): void {
    const { random } = this.#time
    for (let i = random.within(0, 4); i > 0; i--) {
      const [at, role] = [random.within(200, trouble), random.of(roles)]
      const fault = random.next()
      if (fault < 0.35) this.#time.after(at, 'schedule', () => this.#cut(role))
      else if (fault < 0.6) this.#time.after(at, 'schedule', () => this.#stall(role))
      else if (fault < 0.7) this.#time.after(at, 'schedule', () => this.#restartServer())
      else this.#time.after(at, 'schedule', () => this.#crash(role))
    }
  }

  #cut(role: Role): void {
    const { random } = this.#time
    const silent = random.chance(0.4)
    const found = silent ? { serverAfter: random.within(0, 4_000), clientAfter: random.within(0, 4_000) } : { serverAfter: 0, clientAfter: random.within(0, 5) }
    const backAfter = random.within(100, random.of([300, 3_000]))
    this.#trace(`${role} is cut off, ${JSON.stringify({ ...found, backAfter })}`)
    this.#linkOf(role)?.break({ ...found, backAfter })
  }

  #stall(role: Role): void {
    const milliseconds = this.#time.random.of([50, 300, 1_000, 2_500])
    this.#trace(`${role} is stalled for ${milliseconds} ms`)
    this.#linkOf(role)?.stall(milliseconds)
  }

  #restartServer(): void {
    this.#trace('the server restarts')
    this.#network.restartServer(this.#time.random.within(50, 1_000))
  }

  #linkOf(role: Role): ReturnType<Network['link']> {
    return this.#network.link(`${role}${this.#incarnations.get(role)}`)
  }

  #crash(role: Role): void {
    const { random } = this.#time
    const site = this.#sites.get(role)
    if (site === undefined || this.#time.isDead(site.owner)) return
    this.#trace(`${site.owner} crashes`)
    this.#time.kill(site.owner)
    this.#died.set(site.bus.host, this.#time.now)
    this.#network.link(site.owner)?.die(random.chance(0.7) ? 0 : random.within(0, 4_000))
    this.#disk.crash(journalFile(role))
    const [lines, written] = [this.#linesOf(role), site.journal?.entries().length ?? 0]
    if (lines < written) this.#witness.complain(`the journal of ${site.owner} has ${lines} lines after its crash, ${written} were written`)
    this.#time.after(random.within(50, 2_000), 'schedule', () => this.#begin(role))
  }

  /** All that was begun has ended, and everybody knows the same. */
  #auditQuiet(): void {
    const known = (site: Site): string => JSON.stringify(site.bus.registry.list().map(({ info }) => `${info.id} ${info.version} of ${info.host}${info.paused === true ? ' paused' : ''}${info.share === undefined ? '' : ` share ${info.share}`}`).toSorted())
    const served = [...this.#sites.values()].flatMap(({ bus }) => bus.served().map(({ info }) => `${info.id} ${info.version} of ${info.host}`))
    for (const [role, site] of this.#sites) {
      if (known(site) !== JSON.stringify(served.toSorted())) this.#witness.complain(`${role} knows ${known(site)}, served is ${JSON.stringify(served.toSorted())}`)
      if (site.caller.open > 0) this.#witness.complain(`${site.caller.open} calls of ${role} are still open`)
      for (const { info, provider } of site.bus.served()) if (provider.inFlight > 0) this.#witness.complain(`${info.id} counts ${provider.inFlight} calls in flight`)
    }
    for (const role of ['main', 'side'] as const) this.#auditHost(role)
  }

  /** What a host runs is what its journal says. */
  #auditHost(role: Role): void {
    const { host, journal, swapping } = this.#sites.get(role) ?? {}
    if (host === undefined || journal === undefined) return this.#witness.complain(`${role} does not run`)
    if (swapping === true) this.#witness.complain(`a swap is still under way at ${role}`)
    for (const { epoch, step } of journal.unfinished()) this.#witness.complain(`epoch ${epoch} of ${role} has no end after "${step}"`)
    for (const component of componentsOf[role]) {
      const [active, ran] = [host.active(component)?.spec.version, journal.ran(component)[0]?.to ?? '1.0.0']
      if (active !== ran) this.#witness.complain(`${component} runs as ${active}, the journal says ${ran}`)
    }
    const [lines, written] = [this.#linesOf(role), journal.entries().length]
    if (lines !== written) this.#witness.complain(`the journal of ${role} has ${lines} lines on disk, ${written} in memory`)
  }

  #linesOf(role: Role): number {
    return this.#disk.read(journalFile(role)).split('\n').length - 1
  }

  /** Everybody is answered; the relay and the ledger may each take their longest, one after the other. */
  #probe(): void {
    for (const [role, site] of this.#sites) {
      for (const [contract, timeout] of [[Ledger, 3_900], [Clerk, 3_900], [Relay, 6_900]] as const) {
        const id = this.#lastId++
        this.#time.after(0, site.owner, () => void site.caller.call(contract, 'add', id, timeout).then((answered) => {
          if (!answered) this.#witness.complain(`${role} got no answer from ${contract.name}.add after all was well`)
        }))
      }
    }
  }

  #auditEnd(): void {
    const main = this.#sites.get('main')
    const life = this.#plugins.lives.findLast((one: Life) => one.component === 'ledger' && one.owner === main?.owner && !one.disposed && one.version === main.host?.active('ledger')?.spec.version)
    if (life?.state === undefined || main === undefined) return this.#witness.complain(`no ledger runs: ${JSON.stringify(this.#plugins.lives.map(({ state: _state, ...life }) => life))}, ${main?.owner} has ${main?.host?.active('ledger')?.spec.version} ${main?.host?.active('ledger')?.state}`)
    this.#witness.audit(life.state, main.owner)
  }
}
