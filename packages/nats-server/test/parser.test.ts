import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolViolation } from '../src/errors.ts'
import { maxControlLine, type OperationHandler, Parser } from '../src/parser.ts'
import { byteStream } from './byte-streams.ts'

const maxPayload = 65_536

/** Writes down what the parser calls, how it ended, and how much it held after each chunk. */
function run(chunks: readonly Buffer[], held: number[] = []): string[] {
  const log: string[] = []
  const handler: OperationHandler = {
    mayOperate: true,
    isOpen: true,
    onConnect: (json) => { log.push(`connect ${json}`) },
    onPing: () => { log.push('ping') },
    onPong: () => { log.push('pong') },
    onSubscribe: (subject, queue, sid) => { log.push(`sub ${subject} ${queue} ${sid}`) },
    onUnsubscribe: (sid, max) => { log.push(`unsub ${sid} ${max}`) },
    onPublish: (message) => {
      const { line, payload, payloadStart, size, headerSize } = message
      const subject = line.toString('latin1', message.subjectStart, message.subjectEnd)
      const reply = line.toString('latin1', message.replyStart, message.replyEnd)
      log.push(`pub ${subject} ${reply} ${headerSize} ${payload.toString('latin1', payloadStart, payloadStart + size)}`)
    },
  }
  const parser = new Parser(handler, maxPayload)
  try {
    for (const chunk of chunks) {
      // The socket's chunk is gone after the call: a parser that still looks at it reads garbage.
      const passing = Buffer.from(chunk)
      parser.parse(passing)
      passing.fill(0x7f)
      held.push(parser.heldBytes)
    }
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error
    log.push(`violation ${error.message}`)
  }
  return log
}

describe('Parser', () => {
  it('ends 10,000 random streams in operations or a violation, with bounded memory, however they are cut', () => {
    fc.assert(fc.property(byteStream, fc.integer({ min: 1, max: 500 }), (chunks, chunkLength) => {
      const held: number[] = []
      const log = run(chunks, held)
      const bytes = Buffer.concat(chunks)
      const recut = Array.from({ length: Math.ceil(bytes.length / chunkLength) }, (_, n) => bytes.subarray(n * chunkLength, (n + 1) * chunkLength))
      expect(run(recut, held)).toEqual(log)
      expect(Math.max(0, ...held)).toBeLessThanOrEqual(maxPayload + 2 + maxControlLine + 2)
    }), { numRuns: 10_000, seed: 20_260_101 })
  })

  it('holds no more than about twice of what was sent, whatever size was announced', () => {
    const seen: number[] = []
    run([Buffer.from('PUB a 65536\r\n'), Buffer.alloc(100)], seen)
    expect(Math.max(...seen)).toBeLessThanOrEqual(16_384 + maxControlLine + 2)
  })

  it('gives the payload memory back once the message is whole', () => {
    const seen: number[] = []
    run([Buffer.from('PUB a 65536\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')], seen)
    expect(seen.at(-1)).toBeLessThanOrEqual(maxControlLine + 2)
  })

  it('accepts a control line of 4096 bytes and not one of 4097', () => {
    const line = (length: number) => Buffer.from(`SUB ${'a'.repeat(length - 6)} 1\r\n`)
    expect(run([line(4096)])[0]).toMatch(/^sub a/)
    expect(run([line(4097)])).toEqual(['violation maximum control line exceeded'])
    expect(run([...line(4097)].map((byte) => Buffer.of(byte)))).toEqual(['violation maximum control line exceeded'])
  })

  it('reads every sequence of valid messages, however it is cut', () => {
    const message = fc.record({
      subject: fc.constantFrom('a', 'orders.new'), reply: fc.constantFrom('', '_INBOX.x.1'), body: fc.string({ maxLength: 300 }), headers: fc.boolean(),
    })
    fc.assert(fc.property(fc.array(message), fc.integer({ min: 1, max: 400 }), (messages, chunkLength) => {
      const head = 'NATS/1.0\r\n\r\n'
      const frames = messages.map(({ subject, reply, body, headers }) => {
        const payload = Buffer.from(headers ? head + body : body)
        const line = [headers ? 'HPUB' : 'PUB', subject, ...(reply === '' ? [] : [reply]), ...(headers ? [head.length] : []), payload.length].join(' ')
        return Buffer.concat([Buffer.from(`${line}\r\n`), payload, Buffer.from('\r\n')])
      })
      const bytes = Buffer.concat(frames)
      const chunks = Array.from({ length: Math.ceil(bytes.length / chunkLength) }, (_, n) => bytes.subarray(n * chunkLength, (n + 1) * chunkLength))
      expect(run(chunks)).toEqual(messages.map(({ subject, reply, body, headers }) =>
        `pub ${subject} ${reply} ${headers ? head.length : -1} ${Buffer.from(headers ? head + body : body).toString('latin1')}`))
    }))
  })
})
