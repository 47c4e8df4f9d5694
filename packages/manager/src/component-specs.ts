import type { ComponentSpec } from '@caruso/kernel'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { maxSatisfying, satisfies } from 'semver'
import type { Assembly, AssemblyComponent } from './assembly.ts'
import { unknownComponent, type ManagerError } from './errors.ts'
import type { Journal } from './journal.ts'
import type { PluginStore, ResolvedPlugin } from './plugin-store.ts'

/** What the kernel is told of a component to start: what the assembly file declares, with a version that is on disk. */
export class ComponentSpecs {
  readonly #assembly: Assembly
  readonly #store: PluginStore
  readonly #journal: Journal

  constructor(assembly: Assembly, store: PluginStore, journal: Journal) {
    this.#assembly = assembly
    this.#store = store
    this.#journal = journal
  }

  /** @throws {ManagerError} `COMPONENT_UNKNOWN` for a component that the assembly file does not declare */
  inFile(component: string): AssemblyComponent {
    const declared = this.#assembly.components[component]
    if (declared === undefined) throw this.unknown(component)
    return declared
  }

  unknown(component: string): ManagerError {
    return unknownComponent(component, this.#assembly.name, Object.keys(this.#assembly.components))
  }

  /** The highest version in a range that is on disk. */
  async of(component: string, range: string): Promise<ComponentSpec> {
    return await this.#with(component, await this.#store.resolve(this.inFile(component).plugin, range))
  }

  /**
   * The version that ran last of those that the assembly file allows and that are on disk; else the highest that fits,
   * and one that a swap discarded only where there is no other. What changes by that is journalled.
   */
  async toRun(component: string): Promise<ComponentSpec> {
    const { plugin, version: range, watched } = this.inFile(component)
    const developed = watched === true ? await this.#store.developed(plugin) : undefined
    if (developed !== undefined) return await this.#with(component, developed)
    const there = (await this.#store.list(plugin)).map(({ version }) => version)
    const ran = this.#journal.ran(component).map(({ to }) => to)
    const [current] = ran
    const last = ran.find((version) => there.includes(version) && satisfies(version, range, { includePrerelease: true }))
    const spec = await this.of(component, last ?? maxSatisfying(there.filter((version) => !this.#journal.discarded(component, version)), range) ?? range)
    if (spec.version === current) return spec
    await this.#journal.append({ epoch: this.#journal.nextEpoch, component, step: 'install', action: 'install', from: current ?? spec.version, to: spec.version, who: 'caruso', why: current === undefined ? 'first start' : `${current} is gone or not in ${range}`, detail: '', ms: 0 })
    return spec
  }

  async #with(component: string, resolved: ResolvedPlugin): Promise<ComponentSpec> {
    const { isolation, permissions, reads, config } = this.inFile(component)
    const data = join(this.#assembly.folder, '.caruso', 'data', component)
    if (isolation === 'process') await mkdir(data, { recursive: true, mode: 0o700 })
    return { component, plugin: resolved.name, version: resolved.version, entry: resolved.entry, isolation, config, grants: permissions, data, reads: reads.map((path) => join(this.#assembly.folder, path)) }
  }
}
