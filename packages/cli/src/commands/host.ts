import { hostFolder, hostsOf, mainHost, readAssembly, runAssembly } from '@caruso/manager'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { compactHeap } from '../compact-heap.ts'
import { natsAddress, readToken } from '../connection.ts'
import { CliError } from '../errors.ts'
import { holdFolder } from '../held-folder.ts'
import { openLog } from '../log-file.ts'
import { printStartTree } from '../start-tree.ts'
import { colour, duration, terminal } from '../terminal.ts'
import { signalled } from './up.ts'

/** What is typed after the name of a host. */
export interface HostOptions {
  /** The address of the assembly's NATS server; true where the assembly file or the main host of this folder tells it. */
  readonly join: string | true
  readonly tokenFile?: string
}

/** `caruso host`: runs the components of one host of an assembly in this terminal until it is told to stop. */
export async function host(folder: string, json: boolean, name: string, options: HostOptions): Promise<void> {
  const begun = performance.now() - process.uptime() * 1_000
  const out = terminal(json)
  const assembly = await readAssembly(folder, { env: process.env })
  const named = hostsOf(assembly).filter((one) => one !== mainHost)
  if (!named.includes(name)) throw new CliError('USAGE', `Started host "${name}" of assembly "${assembly.name}": ${name === mainHost ? 'that is the one which "caruso up" starts' : 'no component in assembly.yaml has it as its host'}; other hosts are ${named.join(', ') || 'none'}`)
  const token = options.tokenFile === undefined ? undefined : await readToken(resolve(options.tokenFile))
  const nats = options.join === true ? await natsAddress(assembly) : { url: options.join, ...(token === undefined ? {} : { token }) }
  const own = hostFolder(assembly.folder, name)
  await mkdir(own, { recursive: true, mode: 0o700 })
  process.chdir(assembly.folder)
  const log = openLog(join(own, 'caruso.log'), (line) => process.stderr.write(`${colour.yellow(line)}\n`))
  await using _held = await holdFolder(assembly.folder, { name: assembly.name, log, host: name })
  const running = await runAssembly(assembly, { nats, log, name })
  compactHeap()
  const ready = performance.now() - begun
  out.answer({ event: 'ready', assembly: assembly.name, host: name, ms: Math.round(ready), tree: running.tree }, () =>
    [printStartTree(running.tree), '', colour.green(`Host ${name} is ready in ${duration(ready)}.`), colour.dim(`Log: ${join(own, 'caruso.log')}. Ctrl+C stops.`)].join('\n'),
  )
  await signalled()
  const left = await running.close()
  for (const words of left) out.progress(colour.yellow(`left behind: ${words}`))
  out.answer({ event: 'stopped', left }, () => 'Stopped')
}
