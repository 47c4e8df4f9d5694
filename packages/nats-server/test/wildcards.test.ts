import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { naiveMatch } from './naive-match.ts'
import { RawClient } from './raw-client.ts'
import { serverKinds, type TestServer } from './servers.ts'
import { pattern, subject } from './subjects.ts'

describe.each(serverKinds)('$name', ({ isMissing, start }) => {
  let server: TestServer
  beforeAll(async () => { if (!isMissing) server = await start() })
  afterAll(() => server?.stop())

  it.skipIf(isMissing)('matches patterns and subjects as they are defined', async () => {
    const client = await RawClient.ready(server.port)
    let sent = 0
    await fc.assert(fc.asyncProperty(fc.array(pattern, { maxLength: 8 }), fc.array(subject, { minLength: 1, maxLength: 6 }), async (patterns, subjects) => {
      const from = client.received.length
      const mark = `mark-${sent++}`
      client.send([
        ...patterns.map((text, n) => `SUB ${text} ${n}\r\n`),
        ...subjects.map((text, n) => `PUB ${text} ${String(n).length}\r\n${n}\r\n`),
        ...patterns.map((_, n) => `UNSUB ${n}\r\n`),
        `SUB ${mark} end\r\nPUB ${mark} 3\r\nend\r\nUNSUB end\r\n`,
      ].join(''))
      await client.until(`MSG ${mark} end`)
      const delivered = [...client.received.slice(from).matchAll(/^MSG \S+ (\d+) \d+\r\n(\d+)\r$/gm)].map(([, sid, n]) => `${n} to ${sid}`)
      const expected = subjects.flatMap((text, n) => patterns.flatMap((each, sid) => (naiveMatch(each, text) ? [`${n} to ${sid}`] : [])))
      expect(delivered.sort()).toEqual(expected.sort())
    }), { numRuns: 200 })
    await client.end()
  })
})
