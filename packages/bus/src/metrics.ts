import type { Bus } from './bus.ts'
import type { ServedOperation } from './served-operation.ts'

/** The counters of a process's instances as Prometheus text (exposition format 0.0.4). */
export function metricsText(bus: Bus): string {
  const served = bus.served()
  const operations = served.flatMap(({ info, provider }) => provider.operations().map((operation) => ({ labels: labelsOf(info.component, info.version, operation), operation })))
  const lines = [
    ...family('caruso_calls_total', 'counter', 'Calls that ended, by operation', operations.map(({ labels, operation }) => [labels, operation.calls])),
    ...family('caruso_call_errors_total', 'counter', 'Calls that ended with an error, by operation', operations.map(({ labels, operation }) => [labels, operation.errors])),
    ...family('caruso_call_seconds_total', 'counter', 'Time spent in calls, by operation', operations.map(({ labels, operation }) => [labels, operation.milliseconds / 1000])),
    ...family('caruso_calls_in_flight', 'gauge', 'Calls that were accepted and have not ended', served.map(({ info, provider }) => [`component="${info.component}",version="${info.version}"`, provider.inFlight])),
    ...family('caruso_instance_healthy', 'gauge', 'Whether the instance says it is well', bus.registry.list().map(({ info }) => [`component="${info.component}",version="${info.version}",instance="${info.id}"`, info.health.ok ? 1 : 0])),
    ...family('caruso_messages_dropped_total', 'counter', 'Messages that were none of ours', [['', bus.strangeMessages]]),
    ...family('process_resident_memory_bytes', 'gauge', 'Resident memory of the host process', [['', process.memoryUsage.rss()]]),
    ...family('process_cpu_seconds_total', 'counter', 'Processor time of the host process', [['', cpuSeconds()]]),
  ]
  return `${lines.join('\n')}\n`
}

function family(name: string, type: string, help: string, samples: readonly (readonly [labels: string, value: number])[]): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map(([labels, value]) => (labels === '' ? `${name} ${value}` : `${name}{${labels}} ${value}`))]
}

/** Names and versions are allow-listed, so no label needs escaping. */
function labelsOf(component: string, version: string, operation: ServedOperation): string {
  return `component="${component}",version="${version}",contract="${operation.contract.name}",operation="${operation.name}"`
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
