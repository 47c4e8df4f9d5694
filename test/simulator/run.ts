import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { Disk } from './disk.ts'
import { Schedule } from './schedule.ts'
import { VirtualTime } from './virtual-time.ts'

/** Seeds from `first` on, each `step`th of them. */
interface Share {
  readonly first: number
  readonly step: number
  readonly count: number
  readonly trace: boolean
}

/** What a share found. */
interface Found {
  readonly schedules: number
  readonly answered: number
  readonly swapped: number
  readonly passedOn: number
  readonly failed: readonly { readonly seed: number; readonly complaints: readonly string[] }[]
}

const help = `node --conditions=source test/simulator/run.ts [--schedules 100000] [--from 1] [--threads N] | --seed S [--trace]

Runs schedules of the registry and swap protocol in virtual time; exit code 1 where something did not hold, with the seeds.
`

async function runShare({ first, step, count, trace }: Share): Promise<Found> {
  const time = new VirtualTime()
  const disk = new Disk(time)
  time.install()
  disk.install()
  const failed: Found['failed'][number][] = []
  let [answered, swapped, passedOn] = [0, 0, 0]
  let current: Schedule | undefined
  process.on('unhandledRejection', (error) => current?.failed(error))
  for (let i = 0, seed = first; i < count; i++, seed += step) {
    time.begin(seed)
    disk.clear()
    current = new Schedule(time, disk, (words) => void (trace && process.stdout.write(`${words}\n`)))
    const ran = await current.run()
    answered += ran.answered
    swapped += ran.swapped
    passedOn += ran.passedOn
    if (ran.complaints.length === 0) continue
    failed.push({ seed, complaints: ran.complaints })
    process.stderr.write(`seed ${seed}: ${ran.complaints[0]}\n`)
  }
  return { schedules: count, answered, swapped, passedOn, failed }
}

async function inThread(share: Share): Promise<Found> {
  const worker = new Worker(new URL(import.meta.url), { workerData: share })
  return await new Promise((resolve, reject) => {
    worker.on('message', resolve)
    worker.on('error', reject)
  })
}

function told(found: readonly Found[]): void {
  const failed = found.flatMap((one) => one.failed).toSorted((a, b) => a.seed - b.seed)
  for (const { seed, complaints } of failed.slice(0, 20)) process.stdout.write(`seed ${seed}\n  ${complaints.join('\n  ')}\n`)
  const sum = (of: (one: Found) => number): number => found.reduce((total, one) => total + of(one), 0)
  process.stdout.write(`${JSON.stringify({ schedules: sum(({ schedules }) => schedules), answered: sum(({ answered }) => answered), swapped: sum(({ swapped }) => swapped), passedOn: sum(({ passedOn }) => passedOn), failed: failed.length, seeds: failed.slice(0, 100).map(({ seed }) => seed) })}\n`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { schedules: { type: 'string', default: '1000' }, from: { type: 'string', default: '1' }, threads: { type: 'string', default: String(availableParallelism()) }, seed: { type: 'string' }, trace: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } })
  if (values.help) process.stdout.write(help)
  else if (values.seed !== undefined) told([await runShare({ first: Number(values.seed), step: 1, count: 1, trace: values.trace })])
  else {
    const threads = Math.max(1, Number(values.threads))
    const count = Math.ceil(Number(values.schedules) / threads)
    told(await Promise.all(Array.from({ length: threads }, async (_, nth) => await inThread({ first: Number(values.from) + nth, step: threads, count, trace: false }))))
  }
}

if (isMainThread) await main()
else parentPort?.postMessage(await runShare(workerData as Share))
