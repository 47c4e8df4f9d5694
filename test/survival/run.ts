import { parseArgs } from 'node:util'
import { natsServerPath } from '../bench/nats.ts'
import { cells, nameOfCell, type Cell } from './cell.ts'
import { Schedule, type ScheduleEnd } from './schedule.ts'
import { Site } from './site.ts'

const help = `npm run -s kills -- [--schedules 100] [--from 1] [--isolation inline|worker|process] [--state with|without] [--seed S [--trace]]

Kills real processes at drawn steps of swaps, so many schedules in each cell of isolation and state, and looks at what
is left. Progress goes to stderr, what was found to stdout as JSON, a line for each cell. Exit code 1 where something
did not hold, with the seeds.
`

/** What the schedules of a cell came to. */
interface CellEnd {
  readonly cell: string
  readonly schedules: number
  readonly seconds: number
  readonly killed: Readonly<Record<string, number>>
  readonly missed: number
  readonly swapped: Readonly<Record<string, number>>
  readonly answered: number
  /** The seeds after which something did not hold. */
  readonly failed: readonly number[]
  /** What did not hold when the last host was stopped. */
  readonly atEnd: readonly string[]
}

async function runCell(cell: Cell, seeds: readonly number[], natsServer: string, trace: boolean): Promise<CellEnd> {
  const begun = performance.now()
  const ends: (ScheduleEnd & { readonly seed: number })[] = []
  let site: Site | undefined
  for (const seed of seeds) {
    site ??= await Site.open(cell, natsServer)
    const end = await Schedule.run(site, seed)
    ends.push({ ...end, seed })
    tell(cell, seed, end, trace)
    if (end.complaints.length === 0) continue
    // What one schedule has left behind is not to be found again by the next.
    await site[Symbol.asyncDispose]()
    site = undefined
  }
  const atEnd = site === undefined ? [] : await closed(site)
  const failed = ends.flatMap(({ seed, complaints }) => (complaints.length > 0 ? [seed] : []))
  return {
    cell: nameOfCell(cell),
    schedules: ends.length,
    seconds: Math.round((performance.now() - begun) / 1000),
    killed: counted(ends.flatMap(({ killed, draw }) => (killed ? [draw.victim] : []))),
    missed: ends.filter(({ killed }) => !killed).length,
    swapped: counted(ends.map(({ swapped }) => swapped)),
    answered: ends.reduce((sum, { answered }) => sum + answered, 0),
    failed,
    atEnd,
  }
}

function tell(cell: Cell, seed: number, { draw: { from, victim, at, delay, pause }, swapped, complaints, trace }: ScheduleEnd, withTrace: boolean): void {
  const lines = [`${nameOfCell(cell)}, seed ${seed}: ${victim} at "${at}" and ${delay} ms, for ${pause} ms, from ${from}: ${swapped}`, ...complaints.map((words) => `wrong: ${words}`), ...(withTrace || complaints.length > 0 ? trace : [])]
  process.stderr.write(`${lines.join('\n  ')}\n`)
}

function counted(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]))
}

/** Ends a site that served well: its history is told, and nothing of it stays; resolves to what was wrong. */
async function closed(site: Site): Promise<string[]> {
  await using _site = site
  return [...(await site.history()), ...(await site.stop())]
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { schedules: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, isolation: { type: 'string' }, state: { type: 'string' }, seed: { type: 'string' }, trace: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
  if (values.help) return void process.stdout.write(help)
  const natsServer = natsServerPath()
  if (natsServer === undefined) throw new Error('Started nats-server: not found (apt-get install nats-server)')
  const chosen = cells.filter(({ isolation, state }) => isolation === (values.isolation ?? isolation) && state === (values.state ?? state))
  const [first, count] = values.seed === undefined ? [Number(values.from), Number(values.schedules)] : [Number(values.seed), 1]
  for (const cell of chosen) {
    const end = await runCell(cell, Array.from({ length: count }, (_, at) => first + at), natsServer, values.trace)
    process.stdout.write(`${JSON.stringify(end)}\n`)
    if (end.failed.length + end.atEnd.length > 0) process.exitCode = 1
  }
}

await main()
