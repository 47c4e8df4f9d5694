import fc from 'fast-check'
import { testToken } from './servers.ts'

const connect = `CONNECT {"auth_token":"${testToken}","verbose":false,"headers":true,"no_responders":true}\r\n`
const name = fc.constantFrom('a', 'a.b', 'a.*', '>', 'a..b', '', '.', 'x'.repeat(300), 'caf\xe9', '\0')
const size = fc.constantFrom('0', '1', '5', '12', '14', '1000', '1048576', '999999999', '99999999999', '-1', 'x', '')
const body = fc.constantFrom('', 'x', 'hello', 'NATS/1.0\r\n\r\n', 'NATS/1.0\r\n\r\nhi', 'y'.repeat(1000))

const whole = body.chain((text) => fc.tuple(name, name).map(([to, reply]) => `PUB ${to} ${reply} ${text.length}\r\n${text}\r\n`))
const broken = fc.tuple(fc.constantFrom('PUB', 'HPUB', 'pub', 'SUB', 'UNSUB', 'MSG'), name, name, size, size, body)
  .map(([operation, to, reply, one, other, text]) => `${operation} ${to} ${reply} ${one} ${other}\r\n${text}\r\n`)
const fixed = fc.constantFrom(
  connect, 'PING\r\n', 'PONG\r\n', 'SUB a 1\r\n', 'SUB a.* g 2\r\n', 'SUB > 3\r\n', 'UNSUB 1\r\n', 'UNSUB 3 2\r\n', '+OK\r\n', '-ERR x\r\n',
  'INFO {}\r\n', 'CONNECT {}\r\n', 'CONNECT {"verbose":1}\r\n', 'CONNECT []\r\n', 'CONNECT null\r\n', 'CONNECT {"__proto__":1}\r\n', 'HPUB a 12 14\r\nNATS/1.0\r\n\r\nhi\r\n',
  'HPUB a r 12 12\r\nNATS/1.0\r\n\r\n\r\n', 'PUB a 1\r\nxx\r\n', 'SUB', '\r\n', '\n', ' ', 'P'.repeat(5000), 'SUB '.repeat(1500),
)
const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'))

/** Valid fragments, broken ones and noise, mutated, truncated and cut into chunks. */
export const byteStream = fc.record({
  isAuthenticated: fc.boolean(),
  parts: fc.array(fc.oneof({ weight: 4, arbitrary: whole }, { weight: 4, arbitrary: fixed }, { weight: 2, arbitrary: broken }, { weight: 1, arbitrary: noise }), { maxLength: 12 }),
  mutations: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 }),
  cut: fc.option(fc.nat(), { nil: undefined, freq: 3 }),
  chunkLength: fc.constantFrom(1, 7, 64, 1000, 65_536),
}).map(({ isAuthenticated, parts, mutations, cut, chunkLength }) => {
  const bytes = Buffer.from(parts.join(''), 'latin1')
  for (const [at, value] of mutations) if (bytes.length > 0) bytes[at % bytes.length] = value
  const kept = Buffer.concat([Buffer.from(isAuthenticated ? connect : ''), cut === undefined ? bytes : bytes.subarray(0, cut % (bytes.length + 1))])
  return Array.from({ length: Math.ceil(kept.length / chunkLength) }, (_, n) => kept.subarray(n * chunkLength, (n + 1) * chunkLength))
})
