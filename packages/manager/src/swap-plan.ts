import { compare, type Contract, isCompatibleVersion, type Static } from '@caruso/contract'
import type { Instance, InstanceStatus } from '@caruso/kernel'
import type { Registry } from '@caruso/bus'
import { satisfies } from 'semver'
import type { PlanCheck } from './contract.ts'

type Check = Static<typeof PlanCheck>

/**
 * Checks what a swap would change for those who call the component, and what the new version calls itself.
 *
 * @param back whether it goes back to the version before: what only the newer one offered to the outside may go
 */
export function checkReplacement(next: Instance, previous: Instance, back: boolean, running: readonly InstanceStatus[], registry: Registry): Check[] {
  const toOutside = publicChecks(next, previous).map((check) => (back ? { ...check, ok: true } : check))
  return [pluginCheck(next, previous), ...callerChecks(next, previous, running), ...toOutside, ...requirementChecks(next, registry)]
}

/** A start takes a version of the range only, so what lies outside would not outlive the next one. */
export function rangeCheck(version: string, range: string): Check {
  const ok = satisfies(version, range, { includePrerelease: true })
  return { check: 'range', ok, detail: ok ? `${version} is in ${range} of assembly.yaml` : `${version} is not in ${range} of assembly.yaml: the next start would go back, so change the range first` }
}

function pluginCheck(next: Instance, previous: Instance): Check {
  const [name, before] = [next.description.plugin, previous.description.plugin]
  return { check: 'plugin', ok: name === before, detail: name === before ? `both versions call themselves "${name}"` : `it calls itself "${name}", what runs is "${before}"` }
}

/** Each live caller was built with a contract of its own: that one must still hold. */
function callerChecks(next: Instance, previous: Instance, running: readonly InstanceStatus[]): Check[] {
  return running.flatMap(({ instance }) =>
    instance.id === previous.id
      ? []
      : instance.description.requires.flatMap(({ contract, kind }) => {
          if (contract === undefined || !provides(previous, contract)) return []
          const check = `caller ${instance.spec.component}`
          const candidates = next.description.provides.filter(({ name, version }) => name === contract.name && isCompatibleVersion(version, contract.version))
          if (candidates.length === 0) return [{ check, ok: kind === 'optional', detail: `it requires ${contract.name} ^${contract.version}; the new version provides ${versionsOf(next, contract.name)}` }]
          return [judge(check, contract, candidates)]
        }),
  )
}

/** Callers from outside are not known, so all that was public must still hold. */
function publicChecks(next: Instance, previous: Instance): Check[] {
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

function requirementChecks(next: Instance, registry: Registry): Check[] {
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

function versionsOf(instance: Instance, contract: string): string {
  return instance.description.provides.filter(({ name }) => name === contract).map(({ version }) => version).join(', ') || 'none'
}
