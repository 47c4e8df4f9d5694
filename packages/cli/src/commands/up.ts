import { codeOf, messageOf } from '@caruso/contract'
import type { Log } from '@caruso/kernel'
import { readAssembly, runAssembly, type Assembly, type RunningAssembly } from '@caruso/manager'
import { readConnectionFile, startNatsServer } from '@caruso/nats-server'
import { mkdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { natsAddress } from '../connection.ts'
import { CliError } from '../errors.ts'
import { openLog } from '../log-file.ts'
import { nextCommands } from '../next-commands.ts'
import { printStartTree } from '../start-tree.ts'
import { colour, duration, terminal } from '../terminal.ts'

/** `caruso up`: runs an assembly in this terminal until it is told to stop. */
export async function up(folder: string, json: boolean): Promise<void> {
  const begun = performance.now() - process.uptime() * 1_000
  const out = terminal(json)
  const assembly = await readAssembly(folder, { env: process.env })
  const own = join(assembly.folder, '.caruso')
  await mkdir(own, { recursive: true, mode: 0o700 })
  const from = process.cwd()
  // Paths in the assembly file are meant from its folder, whoever starts it from wherever.
  process.chdir(assembly.folder)
  const log = openLog(join(own, 'caruso.log'), (line) => process.stderr.write(`${colour.yellow(line)}\n`))
  const server = assembly.nats === undefined ? await embeddedServer(own, assembly, log) : undefined
  let running: RunningAssembly
  try {
    running = await runAssembly(assembly, { nats: await natsAddress(assembly), log })
  } catch (error) {
    await server?.close()
    throw withAdvice(error)
  }
  const address = await pageAddress(running)
  const ready = performance.now() - begun
  out.answer({ event: 'ready', assembly: assembly.name, ms: Math.round(ready), ...(address === undefined ? {} : { address }), tree: running.tree }, () => readyText(assembly, running, ready, address, from))
  await signalled()
  out.progress('Stopping: calls that were accepted are finished first (once more to stop at once)')
  const left = await running.close()
  await server?.close()
  for (const words of left) out.progress(colour.yellow(`left behind: ${words}`))
  out.answer({ event: 'stopped', left }, () => 'Stopped')
}

async function embeddedServer(folder: string, assembly: Assembly, log: Log): Promise<Awaited<ReturnType<typeof startNatsServer>>> {
  const running = await readConnectionFile(folder).catch((error: unknown) => {
    log.info(`No server of this assembly is known: ${messageOf(error)}`)
    return undefined
  })
  if (running !== undefined && (await answers(Number(new URL(running.url).port)))) {
    throw new CliError('USAGE', `Started assembly "${assembly.name}": it runs already in "${assembly.folder}"; see it by "caruso ls"`)
  }
  return await startNatsServer({ connectionFolder: folder })
}

/** Whether somebody listens on a port of this machine; a connection file may be left from a crash. */
async function answers(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const end = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

/** Where to click: the address that a component tells with its health. */
async function pageAddress({ host }: RunningAssembly): Promise<string | undefined> {
  for (const { instance } of host.status()) {
    const { detail } = await instance.health()
    if (detail?.startsWith('http') === true) return detail
  }
  return undefined
}

function readyText(assembly: Assembly, { host, tree }: RunningAssembly, ms: number, address: string | undefined, from: string): string {
  const versions = new Map(host.status().map(({ instance: { spec } }) => [spec.component, spec.version]))
  const commands = nextCommands(assembly, versions, from)
  const width = Math.max(...commands.map(({ command }) => command.length))
  return [
    printStartTree(tree),
    '',
    colour.green(`Ready in ${duration(ms)}.`) + (address === undefined ? '' : ` Open ${colour.bold(address)} to see it live, ${address}/docs to ask it something.`),
    '',
    'Try next, in another terminal of this folder:',
    ...commands.map(({ command, shows }) => `  ${command.padEnd(width)}   ${colour.dim(shows)}`),
    '',
    colour.dim(`Log: .caruso/caruso.log in ${assembly.folder}. Ctrl+C stops.`),
  ].join('\n')
}

function withAdvice(error: unknown): unknown {
  let cause: unknown = error
  while (cause instanceof Error && codeOf(cause) !== 'EADDRINUSE') cause = cause.cause
  if (cause === undefined || codeOf(cause) !== 'EADDRINUSE') return error
  return new CliError('USAGE', `${messageOf(error)}; the port is taken by another program, choose another one (the example reads the environment variable PORT)`, { cause: error })
}

/** Resolves at the first signal to stop; a second one ends the process at once. */
async function signalled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = false
  const stop = (): void => {
    if (asked) process.exit(130)
    asked = true
    resolve()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  await promise
}
