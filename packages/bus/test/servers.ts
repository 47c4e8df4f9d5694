import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startNatsServer } from '@caruso/nats-server'
import { inject } from 'vitest'

export interface TestServer {
  readonly port: number
  readonly url: string
  readonly token: string
  stop(): Promise<void>
}

export interface TestServerOptions {
  readonly port?: number
  readonly maxPayload?: number
}

const token = 'a-token-for-tests'
const binary = inject('natsServer')

/** The servers that every test of the bus runs against. */
export const serverKinds = [
  { name: 'the embedded server', isMissing: false, start: startEmbedded },
  { name: binary === undefined ? 'nats-server, which is not installed' : 'nats-server', isMissing: binary === undefined, start: startReal },
] as const

async function startEmbedded(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startNatsServer({ token, ...options })
  return { port: server.port, url: server.url, token, stop: () => server.close() }
}

async function startReal({ port = -1, maxPayload = 1_048_576 }: TestServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'nats-server-'))
  const file = join(folder, 'server.conf')
  await writeFile(file, `listen: "127.0.0.1:${port}"\nauthorization { token: "${token}" }\nmax_payload: ${maxPayload}\n`)
  const child = spawn(binary ?? 'nats-server', ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const listening = await listeningPort(child)
  return { port: listening, url: `nats://127.0.0.1:${listening}`, token, stop: () => stopReal(child, folder) }
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (child.stderr === null) throw new Error('nats-server has no stderr')
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line)
    const port = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(lines.join('\n'))?.[1]
    if (line.includes('Server is ready') && port !== undefined) return Number(port)
  }
  throw new Error(`nats-server did not start: ${lines.join('\n')}`)
}

async function stopReal(child: ChildProcess, folder: string): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  await rm(folder, { recursive: true })
}
