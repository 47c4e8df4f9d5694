import { compare, type Contract, isCompatibleVersion, type Static } from '@caruso/contract'
import type { Instance, RequirementDescription, Successor } from '@caruso/kernel'
import { refusedState } from '@caruso/kernel/host'
import type { Registry } from '@caruso/bus'
import { satisfies } from 'semver'
import type { PlanCheck } from './contract.ts'

type Check = Static<typeof PlanCheck>

/** Somebody who may call the component, with the contracts it was built with. */
export interface LiveCaller {
  /** Of an instance of this host. */
  readonly id?: string
  readonly component: string
  readonly requires: readonly RequirementDescription[]
}

/** What the other hosts said of who calls the component there. */
export interface CallersElsewhere {
  readonly callers: readonly LiveCaller[]
  /** One for each host that said nothing. */
  readonly checks: readonly Check[]
}

/**
 * Checks what a swap would change for those who call the component, and what the new version calls itself.
 *
 * @param back whether it goes back to the version before: what only the newer one offered to the outside may go
 */
export function checkReplacement(next: Successor, previous: Instance, back: boolean, running: readonly LiveCaller[], registry: Registry): Check[] {
  const toOutside = publicChecks(next, previous).map((check) => (back ? { ...check, ok: true } : check))
  return [pluginCheck(next, previous), ...stateChecks(next, previous), ...callerChecks(next, previous, running), ...toOutside, ...requirementChecks(next, registry)]
}

/** A start takes a version of the range only, so what lies outside would not outlive the next one. */
export function rangeCheck(version: string, range: string): Check {
  const ok = satisfies(version, range, { includePrerelease: true })
  return { check: 'range', ok, detail: ok ? `${version} is in ${range} of assembly.yaml` : `${version} is not in ${range} of assembly.yaml: the next start would go back, so change the range first` }
}

/** State has one owner at a time, so a component that holds some is switched as a whole; and a trial compares at one host. */
export function trialCheck(previous: Instance, wanted: boolean, moves: boolean): Check[] {
  if (wanted && moves) return [{ check: 'trial', ok: false, detail: 'it moves to another host: try the version where the component runs, and move it then' }]
  if (!wanted || previous.description.state === undefined) return []
  return [{ check: 'trial', ok: false, detail: 'it holds state, which one instance at a time may change: swap it without a trial' }]
}

function stateChecks({ description: { state: young } }: Successor, { description: { state: old } }: Instance): Check[] {
  if (old === undefined) return []
  const refusal = refusedState(old, young)
  return [{ check: 'state', ok: refusal === undefined, detail: refusal ?? `version ${old.version} of its state is handed over${young?.version === old.version ? '' : ` as version ${young?.version}`}` }]
}

function pluginCheck(next: Successor, previous: Instance): Check {
  const [name, before] = [next.description.plugin, previous.description.plugin]
  return { check: 'plugin', ok: name === before, detail: name === before ? `both versions call themselves "${name}"` : `it calls itself "${name}", what runs is "${before}"` }
}

/** Each live caller was built with a contract of its own: that one must still hold. */
function callerChecks(next: Successor, previous: Instance, running: readonly LiveCaller[]): Check[] {
  return running.flatMap(({ id, component, requires }) =>
    id === previous.id
      ? []
      : requires.flatMap(({ contract, kind }) => {
          if (contract === undefined || !provides(previous, contract)) return []
          const check = `caller ${component}`
          const candidates = next.description.provides.filter(({ name, version }) => name === contract.name && isCompatibleVersion(version, contract.version))
          if (candidates.length === 0) return [{ check, ok: kind === 'optional', detail: `it requires ${contract.name} ^${contract.version}; the new version provides ${versionsOf(next, contract.name)}` }]
          return [judge(check, contract, candidates)]
        }),
  )
}

/** Callers from outside are not known, so all that was public must still hold. */
function publicChecks(next: Successor, previous: Instance): Check[] {
  return previous.description.provides.flatMap((contract) => {
    const operations = Object.fromEntries(Object.entries(contract.operations).filter(([, operation]) => operation.public === true))
    const events = Object.fromEntries(Object.entries(contract.events).filter(([, event]) => event.public === true))
    if (Object.keys(operations).length + Object.keys(events).length === 0) return []
    const check = `public ${contract.name} ${contract.version}`
    const candidates = next.description.provides.filter(({ name, version }) => name === contract.name && isCompatibleVersion(version, contract.version))
    if (candidates.length === 0) return [{ check, ok: false, detail: `it is offered to the outside; the new version provides ${versionsOf(next, contract.name)}` }]
    return [judge(check, { ...contract, operations, events }, candidates)]
  })
}

function requirementChecks(next: Successor, registry: Registry): Check[] {
  return next.description.requires.flatMap(({ key, kind, contract }) => {
    if (contract === undefined) return []
    const found = registry.lookup(contract.name, contract.version).map(({ entry }) => entry.info.component)
    const ok = found.length > 0 || kind === 'optional'
    return [{ check: `requires ${key}`, ok, detail: found.length > 0 ? `${contract.name} ^${contract.version} is provided by ${found.join(', ')}` : `nobody provides ${contract.name} ^${contract.version}` }]
  })
}

function judge(check: string, contract: Contract, candidates: readonly Contract[]): Check {
  const judged = candidates.map((candidate) => ({ candidate, breaks: compare(contract, candidate).breaks }))
  const fitting = judged.find(({ breaks }) => breaks.length === 0)
  if (fitting !== undefined) return { check, ok: true, detail: `${contract.name} ${fitting.candidate.version} can stand in for ${contract.version}` }
  return { check, ok: false, detail: (judged[0]?.breaks ?? []).map(({ path, message }) => `${path}: ${message}`).join('; ') }
}

function provides(instance: Instance, contract: Contract): boolean {
  return instance.description.provides.some(({ name, version }) => name === contract.name && isCompatibleVersion(version, contract.version))
}

function versionsOf(instance: Successor, contract: string): string {
  return instance.description.provides.filter(({ name }) => name === contract).map(({ version }) => version).join(', ') || 'none'
}
