import { checkOf, Type, type LiveAssembly, type LiveInstance, type Static } from '@caruso/contract'
import { Manager } from '@caruso/manager/contract'

/** An instance with what it has done since it started. */
export interface SeenInstance {
  readonly id: string
  readonly component: string
  readonly version: string
  readonly host: string
  readonly isolation: string
  readonly state: string
  readonly health: string
  readonly calls: number
  readonly errors: number
  /** Of those calls that answered once: how many, and the milliseconds that they took together. */
  readonly timed: { readonly calls: number; readonly ms: number }
  readonly inFlight: number
}

const Stats = Type.Object({
  id: Type.String(),
  name: Type.String(),
  version: Type.String(),
  metadata: Type.Object({ assembly: Type.String(), host: Type.String(), isolation: Type.String() }),
  endpoints: Type.Array(Type.Object({ num_requests: Type.Number(), num_errors: Type.Number(), processing_time: Type.Number(), data: Type.Optional(Type.Object({ in_flight: Type.Optional(Type.Number()) })) })),
})
type Stats = Static<typeof Stats>

const nanosecondsPerMillisecond = 1e6
/** Milliseconds until who has not answered is shown without figures. */
const patience = 800
/** Milliseconds without an answer after which nobody is waited for who is not known of. */
const quiet = 100

/**
 * Every instance of an assembly, at whichever host, by three ways: the registry says who is called, the answers to
 * `$SRV.STATS` (ADR-32) what they do, also of those that only finish what they accepted, and the service manager what
 * does not run, and why.
 */
export async function liveFigures(assembly: LiveAssembly): Promise<SeenInstance[]> {
  const [stats, managed] = await Promise.all([statsOf(assembly), managedBy(assembly)])
  const called = new Map(assembly.instances().map((instance) => [instance.id, instance]))
  const ids = [...new Set([...called.keys(), ...stats.keys(), ...managed.keys()])]
  const seen = ids.map((id): SeenInstance => {
    const [info, told, status] = [called.get(id), stats.get(id), managed.get(id)]
    const health = info?.health ?? status?.health
    const endpoints = told?.endpoints ?? []
    return {
      id,
      component: info?.component ?? told?.name ?? status?.component ?? id,
      version: info?.version ?? told?.version ?? status?.version ?? '',
      host: info?.host ?? told?.metadata.host ?? status?.host ?? '',
      isolation: info?.isolation ?? told?.metadata.isolation ?? status?.isolation ?? '',
      state: stateOf(info) ?? status?.state ?? 'leaving',
      health: health === undefined ? '' : health.ok ? 'well' : `not well: ${health.detail ?? 'no reason given'}`,
      calls: status?.calls ?? total(endpoints, 'num_requests'),
      errors: status?.errors ?? total(endpoints, 'num_errors'),
      timed: { calls: total(endpoints, 'num_requests'), ms: total(endpoints, 'processing_time') / nanosecondsPerMillisecond },
      inFlight: status?.inFlight ?? endpoints[0]?.data?.in_flight ?? 0,
    }
  })
  return seen.toSorted((a, b) => compare(a.component, b.component) || compare(a.version, b.version) || compare(a.id, b.id))
}

/** What the registry says of an instance that is called, or about to be. */
function stateOf(info: LiveInstance | undefined): string | undefined {
  if (info?.share !== undefined) return `gets ${Math.round(info.share * 1_000) / 10} %`
  return info?.paused === true ? 'paused' : info === undefined ? undefined : 'active'
}

async function statsOf(assembly: LiveAssembly): Promise<Map<string, Stats>> {
  const answers = new Map<string, Stats>()
  const { promise, resolve } = Promise.withResolvers<void>()
  let timer = setTimeout(resolve, patience)
  const end = assembly.survey('$SRV.STATS', {}, (text) => {
    const answer = read(text)
    if (answer?.metadata.assembly === assembly.name) answers.set(answer.id, answer)
    if (!assembly.instances().every(({ id }) => answers.has(id))) return
    clearTimeout(timer)
    timer = setTimeout(resolve, quiet)
  })
  await promise
  end()
  return answers
}

/** Other services share `$SRV.STATS`, with metadata of their own. */
function read(text: string): Stats | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    return checkOf(Stats).accepts(answer) ? (answer as Stats) : undefined
  } catch {
    return undefined
  }
}

async function managedBy(assembly: LiveAssembly): Promise<Map<string, Awaited<ReturnType<typeof listOf>>[number]>> {
  // While the service manager is away, calls flow all the same, and so does this table.
  const components = await listOf(assembly).catch(() => [])
  return new Map(components.map((status) => [status.instance === '' ? status.component : status.instance, status]))
}

async function listOf(assembly: LiveAssembly) {
  return (await assembly.client(Manager).list({}, assembly.call(patience))).components
}

function total(endpoints: Stats['endpoints'], figure: 'num_requests' | 'num_errors' | 'processing_time'): number {
  return endpoints.reduce((sum, endpoint) => sum + endpoint[figure], 0)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
