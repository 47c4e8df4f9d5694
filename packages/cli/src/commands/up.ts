import { codeOf, messageOf, type Terminal } from '@caruso/contract'
import { readAssembly, runAssembly, watchAssembly, type Assembly, type RunningAssembly, type RunOptions } from '@caruso/manager'
import { startNatsServer } from '@caruso/nats-server'
import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { compactHeap } from '../compact-heap.ts'
import { natsAddress } from '../connection.ts'
import { CliError } from '../errors.ts'
import { holdFolder } from '../held-folder.ts'
import { openLog } from '../log-file.ts'
import { nextCommands, type NextCommand } from '../next-commands.ts'
import { notKept } from '../not-kept.ts'
import { printStartTree } from '../start-tree.ts'
import { saveLine } from '../save-line.ts'
import { colour, duration, terminal } from '../terminal.ts'

/** `caruso up`: runs an assembly in this terminal until it is told to stop. */
export async function up(folder: string, json: boolean, { watch = false }: { readonly watch?: boolean }): Promise<void> {
  const begun = performance.now() - process.uptime() * 1_000
  const out = terminal(json)
  const assembly = await readAssembly(folder, { env: process.env })
  const own = join(assembly.folder, '.caruso')
  await mkdir(own, { recursive: true, mode: 0o700 })
  const from = process.cwd()
  // Paths in the assembly file are meant from its folder, whoever starts it from wherever.
  process.chdir(assembly.folder)
  const log = openLog(join(own, 'caruso.log'), (line) => process.stderr.write(`${colour.yellow(line)}\n`))
  await using _held = await holdFolder(assembly.folder, { name: assembly.name, log })
  const server = assembly.nats === undefined ? await startNatsServer({ connectionFolder: own }) : undefined
  let running: RunningAssembly
  try {
    const options = { nats: await natsAddress(assembly), log }
    running = watch ? await watched(assembly, options, out) : await runAssembly(assembly, options)
  } catch (error) {
    await server?.close()
    throw withAdvice(error)
  }
  const address = await pageAddress(running)
  compactHeap()
  const ready = performance.now() - begun
  const versions = new Map(running.host.status().map(({ instance: { spec } }) => [spec.component, spec.version]))
  const opening = [colour.green(`Ready in ${duration(ready)}.`) + openWords(assembly, address), ...(await notKept(assembly, versions, from)).map(colour.dim)]
  out.answer({ event: 'ready', assembly: assembly.name, ms: Math.round(ready), ...(address === undefined ? {} : { address }), tree: running.tree }, () =>
    [printStartTree(running.tree), '', ...opening, '', ...adviceOn(assembly, nextCommands(assembly, versions, from))].join('\n'),
  )
  await signalled()
  out.progress('Stopping: calls that were accepted are finished first (once more to stop at once)')
  const left = await running.close()
  await server?.close()
  for (const words of left) out.progress(colour.yellow(`left behind: ${words}`))
  out.answer({ event: 'stopped', left }, () => 'Stopped')
}

/** Says what is watched, and what becomes of each save. */
async function watched(assembly: Assembly, options: RunOptions, out: Terminal): Promise<RunningAssembly> {
  const running = await watchAssembly(assembly, options, (event) => out.answer(event, () => saveLine(event)))
  for (const [component, folder] of running.folders) out.progress(colour.dim(`Watching ${relative(assembly.folder, folder) || '.'} for ${component}`))
  return running
}

/** Where to click: the address that a component tells with its health. */
async function pageAddress({ host }: RunningAssembly): Promise<string | undefined> {
  for (const { instance } of host.status()) {
    const { detail } = await instance.health()
    if (detail?.startsWith('http') === true) return detail
  }
  return undefined
}

/** What the address is good for: a page where one is mapped to `/`, the description of all operations in any case. */
function openWords({ components }: Assembly, address: string | undefined): string {
  if (address === undefined) return ''
  const paged = Object.values(components).some(({ plugin, config: { pages } }) => plugin === '@caruso/gateway' && typeof pages === 'object' && pages !== null && '/' in pages)
  return paged ? ` Open ${colour.bold(address)} to see it live, ${address}/docs to ask it something.` : ` Listening at ${colour.bold(address)}; ask it something at ${address}/docs.`
}

function adviceOn({ folder }: Assembly, commands: readonly NextCommand[]): string[] {
  const width = Math.max(...commands.map(({ command }) => command.length))
  return [
    'Try next, in another terminal of this folder:',
    ...commands.map(({ command, shows }) => `  ${command.padEnd(width)}   ${colour.dim(shows)}`),
    '',
    colour.dim(`Log: .caruso/caruso.log in ${folder}. Ctrl+C stops.`),
  ]
}

function withAdvice(error: unknown): unknown {
  let cause: unknown = error
  while (cause instanceof Error && codeOf(cause) !== 'EADDRINUSE') cause = cause.cause
  if (cause === undefined || codeOf(cause) !== 'EADDRINUSE') return error
  return new CliError('USAGE', `${messageOf(error)}; the port is taken by another program, choose another one (the example reads the environment variable PORT)`, { cause: error })
}

/** What stops a host in order. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Resolves at the first signal to stop; a second one ends the process at once, except where a terminal is closed, which several tell. */
export async function signalled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = false
  const stop = (signal: NodeJS.Signals): void => {
    if (asked && signal !== 'SIGHUP') process.exit(130)
    asked = true
    resolve()
  }
  for (const signal of stopSignals) process.on(signal, stop)
  await promise
}
