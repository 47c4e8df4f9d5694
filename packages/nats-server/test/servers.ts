import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startNatsServer } from '../src/index.ts'

export const testToken = 'a-token-for-tests'

export interface TestServer {
  readonly port: number
  readonly url: string
  stop(): Promise<void>
}

export interface TestServerOptions {
  readonly port?: number
  readonly maxPayload?: number
  readonly connectTimeout?: number
  readonly maxConnections?: number
  readonly maxSubscriptions?: number
}

export interface ServerKind {
  readonly name: string
  readonly isMissing: boolean
  start(options?: TestServerOptions): Promise<TestServer>
}

const binary = '/usr/sbin/nats-server'
const isMissing = !existsSync(binary) && process.env['CARUSO_TEST_ALL'] !== '1'

export const serverKinds: readonly ServerKind[] = [
  { name: 'the embedded server', isMissing: false, start: startEmbedded },
  { name: isMissing ? 'nats-server, which is not installed' : 'nats-server', isMissing, start: startReal },
]

async function startEmbedded(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startNatsServer({ token: testToken, ...options })
  return { port: server.port, url: server.url, stop: () => server.close() }
}

async function startReal(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'nats-server-'))
  const file = join(folder, 'server.conf')
  await writeFile(file, configuration(options))
  const child = spawn(binary, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const port = await listeningPort(child)
  return { port, url: `nats://127.0.0.1:${port}`, stop: () => stopReal(child, folder) }
}

function configuration(options: TestServerOptions): string {
  const { port = -1, maxPayload, connectTimeout = 2_000, maxConnections, maxSubscriptions } = options
  return [
    `listen: "127.0.0.1:${port}"`,
    `authorization { token: "${testToken}", timeout: ${connectTimeout / 1000} }`,
    ...(maxPayload === undefined ? [] : [`max_payload: ${maxPayload}`]),
    ...(maxConnections === undefined ? [] : [`max_connections: ${maxConnections}`]),
    ...(maxSubscriptions === undefined ? [] : [`max_subscriptions: ${maxSubscriptions}`]),
  ].join('\n')
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (child.stderr === null) throw new Error('nats-server has no stderr')
  let port: number | undefined
  const lines: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line)
    const found = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (found !== undefined) port = Number(found)
    if (line.includes('Server is ready') && port !== undefined) return port
  }
  throw new Error(`nats-server did not start: ${lines.join('\n')}`)
}

async function stopReal(child: ChildProcess, folder: string): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  await rm(folder, { recursive: true })
}
