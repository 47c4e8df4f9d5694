import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { isTraceparent, newTraceparent } from '@caruso/bus'
import { serverKinds } from './servers.ts'

interface Told {
  readonly name: string
  readonly parent?: string
  readonly traceId: string
  readonly spanId: string
  readonly failed: boolean
  readonly attributes: Readonly<Record<string, unknown>>
}

describe.each(serverKinds)('traces over $name', (kind) => {
  test.skipIf(kind.isMissing)('spans of two hops nest by traceparent, and a failure marks each', async () => {
    const server = await kind.start()
    const child = spawn(process.execPath, ['--conditions=source', new URL('tracing-process.ts', import.meta.url).pathname, 'traced', server.url, server.token], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    await server.stop()
    expect(code).toBe(0)
    const spans = output.trim().split('\n').map((line) => JSON.parse(line) as Told)
    expect(spans.map(({ name, failed }) => [name, failed])).toEqual([['echo.say', false], ['echo.say', false], ['echo.say', true], ['echo.say', true]])
    for (const [inner, outer] of [spans.slice(0, 2), spans.slice(2)]) {
      expect(outer).toMatchObject({ parent: 'b'.repeat(16), traceId: 'a'.repeat(32), attributes: { 'rpc.service': 'echo', 'rpc.method': 'say', 'caruso.caller': 'tester' } })
      expect(inner).toMatchObject({ parent: outer?.spanId, traceId: 'a'.repeat(32) })
    }
  })
})

test('newTraceparent makes valid ones, each its own', () => {
  const made = Array.from({ length: 100 }, newTraceparent)
  expect(made.every(isTraceparent)).toBe(true)
  expect(new Set(made).size).toBe(100)
  expect(isTraceparent('00-xyz')).toBe(false)
})
