import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from './temporary-folder.ts'

/** A NATS server in a process of its own, on a random port of the loopback. */
export interface Nats extends AsyncDisposable {
  readonly url: string
}

const root = new URL('../../', import.meta.url)
const startLimit = 5_000

/** Where nats-server is: Debian keeps servers in folders that the path of an ordinary user leaves out. */
export function natsServerPath(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin']
  return folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path))
}

/** Starts the real nats-server. */
export async function startNatsServer(): Promise<Nats> {
  const path = natsServerPath()
  if (path === undefined) throw new Error('Started nats-server: not found (apt-get install nats-server)')
  const folder = temporaryFolder('nats')
  const server = spawn(path, ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', folder.path], { stdio: 'ignore' })
  const stop = stopperOf(server, () => folder[Symbol.dispose]())
  for (let waited = 0; waited < startLimit; waited += 20) {
    const [url] = readdirSync(folder.path).flatMap((file) => natsUrls(readFileSync(join(folder.path, file), 'utf8')))
    if (url !== undefined) return { url, [Symbol.asyncDispose]: stop }
    await sleep(20)
  }
  await stop()
  throw new Error(`Started nats-server at "${path}": it told no port within ${startLimit} ms`)
}

/** Starts Caruso's embedded server, alone in its process. */
export async function startEmbeddedServer(): Promise<Nats & { readonly token: string }> {
  const token = 'bench'
  const server = spawn(process.execPath, [...process.execArgv, new URL('packages/nats-server/src/main.ts', root).pathname, '--token', token], { stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = stopperOf(server, () => undefined)
  for await (const line of createInterface({ input: server.stdout })) {
    const { url } = JSON.parse(line) as { url: string }
    return { url, token, [Symbol.asyncDispose]: stop }
  }
  await stop()
  throw new Error('Started the embedded server: it ended before it told its address')
}

function natsUrls(text: string): string[] {
  if (text === '') return []
  return (JSON.parse(text) as { nats?: string[] }).nats ?? []
}

function stopperOf(server: ChildProcess, after: () => void): () => Promise<void> {
  const kill = (): void => void server.kill('SIGKILL')
  process.once('exit', kill)
  return async () => {
    process.removeListener('exit', kill)
    if (server.exitCode === null && server.signalCode === null) {
      const exited = once(server, 'exit')
      server.kill('SIGTERM')
      const limit = setTimeout(kill, 2_000)
      await exited
      clearTimeout(limit)
    }
    after()
  }
}
