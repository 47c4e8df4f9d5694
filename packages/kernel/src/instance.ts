import type { Provider } from '@caruso/bus'
import type { Contract } from '@caruso/contract'
import type { InstanceState } from './lifecycle.ts'
import type { Health } from './scope.ts'
import type { HeldState, StateDeclaration } from './state.ts'

/** What is to run: a component of the assembly in one version, with its configuration. */
export interface ComponentSpec {
  readonly component: string
  readonly plugin: string
  readonly version: string
  /** The file whose default export is the plugin, or for what the framework itself provides, the plugin. */
  readonly entry: string | LoadedPlugin
  /** `inline`, with direct calls, or the name of another way that its host knows. */
  readonly isolation: string
  readonly config: unknown
  /** Where a process of its own may read and write, an absolute path; only where the folder is there when it starts. */
  readonly data?: string
  /** What a process of its own may read beside that and its packages: absolute paths of folders and files that are there when it starts. */
  readonly reads?: readonly string[]
  /** Permissions that the assembly gives this component. */
  readonly grants: readonly string[]
}

/** A plugin as far as the kernel may know it without its types. */
export interface LoadedPlugin {
  readonly name: string
  readonly config: object
  readonly provides: Readonly<Record<string, Contract>>
  readonly requires: Readonly<Record<string, unknown>>
  readonly needs?: Readonly<Record<string, unknown>>
  readonly state?: StateDeclaration
  start(context: never): unknown
}

/** A requirement as plain data. */
export interface RequirementDescription {
  readonly key: string
  readonly kind: 'required' | 'optional' | 'public'
  readonly contract?: Contract
  /** What is to be prepared by who provides it, before the component starts. */
  readonly needs?: unknown
}

/** What a component provides and requires, known before it starts. */
export interface Description {
  readonly plugin: string
  readonly provides: readonly Contract[]
  readonly requires: readonly RequirementDescription[]
  /** Of a component that holds state: its version, and whether it can be told as an earlier one. */
  readonly state?: { readonly version: number; readonly reverts: boolean; readonly converts: boolean }
}

/** One running copy of a component, wherever it runs. */
export interface Instance {
  readonly id: string
  readonly spec: ComponentSpec
  readonly description: Description
  readonly state: InstanceState
  readonly provider: Provider
  readonly startMs: number
  readonly started: Date
  /** Undefined where the component declares no state. */
  readonly held: HeldState | undefined
  /** Prepares it and proves that it works. */
  start(): Promise<void>
  /** Where calls take ways of its own: uses them, so that code which has never run does not keep its first callers waiting. */
  warmUp?(): Promise<void>
  /** Begins what may run in one instance only. */
  activate(): Promise<void>
  /** Ends what may run in one instance only, also what is just beginning. */
  deactivate(): Promise<void>
  health(): Promise<Health>
  /** Disposes everything it owned, in reverse order; resolves to what was left behind or failed, in words. */
  dispose(): Promise<readonly string[]>
}

/** What takes the place of an instance, as much as whoever runs that one has to know of it; it may run at another host. */
export interface Successor extends Pick<Instance, 'id' | 'spec' | 'description' | 'state' | 'start' | 'activate' | 'deactivate' | 'dispose'> {
  readonly held: Pick<HeldState, 'take'> | undefined
}

/** How long a part of the start took, and of what parts it consisted. */
export interface StartNode {
  readonly name: string
  readonly ms: number
  readonly parts: readonly StartNode[]
}
