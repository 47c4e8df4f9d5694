import { connect } from '@nats-io/transport-node'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'

it('main.ts prints its URL when ready, serves, and ends cleanly on SIGTERM', async () => {
  const main = new URL('../src/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=source', main, '--port', '0', '--token', 'x'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const { url } = JSON.parse(String(line))
  const client = await connect({ servers: url, token: 'x', reconnect: false })
  await client.flush()
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  await client.closed()
})
