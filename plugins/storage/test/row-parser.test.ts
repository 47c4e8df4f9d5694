import fc from 'fast-check'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Raw } from '../src/logical.ts'
import { RowParser } from '../src/dialect/pg/row-parser.ts'
import { dataRow, message } from './pg-rows.ts'

type Sent = { readonly row: readonly (string | null)[] } | { readonly other: Buffer }

const field = fc.oneof(fc.constant(null), fc.string({ maxLength: 20 }), fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('', 'Straße', '日本', '\u{1F600}', '\u0000x', '2024-03-05 10:11:12.123456+00'))
const row = fc.array(field, { maxLength: 9 }).map((fields): Sent => ({ row: fields }))
const long = fc.record({ text: fc.constantFrom('a', 'ß'), times: fc.integer({ min: 4_000, max: 9_000 }), more: field }).map(({ text, times, more }): Sent => ({ row: [text.repeat(times), more, 'short'] }))
const other = fc.tuple(fc.constantFrom('C', 'T', 'Z', '2', 'N'), fc.uint8Array({ maxLength: 40 })).map(([code, body]): Sent => ({ other: message(code, Buffer.from(body)) }))
const messages = fc.array(fc.oneof({ weight: 6, arbitrary: row }, { weight: 1, arbitrary: long }, { weight: 2, arbitrary: other }), { maxLength: 30 })

function reading() {
  const socket = new PassThrough()
  const handedOn: Buffer[] = []
  socket.on('data', (bytes: Buffer) => handedOn.push(bytes))
  const parser = new RowParser()
  parser.readFrom(socket)
  return { socket, parser, handedOn: () => Buffer.concat(handedOn) }
}

function bytesOf(sent: Sent): Buffer {
  return 'row' in sent ? dataRow(sent.row) : sent.other
}

async function send(socket: PassThrough, bytes: Buffer, sizes: readonly number[]): Promise<void> {
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = sizes[piece % sizes.length] ?? bytes.length
    socket.write(bytes.subarray(at, at + size))
    at += size
  }
  await turn()
}

test('every row is read and everything else is handed on, wherever what comes is cut', async () => {
  await fc.assert(
    fc.asyncProperty(messages, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }), async (sent, sizes) => {
      const { socket, parser, handedOn } = reading()
      const rows: (readonly Raw[])[] = []
      parser.taker = (fields) => void rows.push(fields)
      await send(socket, Buffer.concat(sent.map(bytesOf)), sizes)
      expect(rows).toEqual(sent.flatMap((one) => ('row' in one ? [one.row] : [])))
      expect(handedOn()).toEqual(Buffer.concat(sent.flatMap((one) => ('row' in one ? [] : [one.other]))))
    }),
  )
})

test('rows that nobody takes are the driver’s, whole, and the next taker gets only what comes then', async () => {
  const { socket, parser, handedOn } = reading()
  const first = Buffer.concat([dataRow(['1', null]), dataRow(['ß', 'x'])])
  await send(socket, first, [3])
  expect(handedOn()).toEqual(first)
  const rows: (readonly Raw[])[] = []
  parser.taker = (fields) => void rows.push(fields)
  await send(socket, dataRow(['2', '']), [4])
  expect(rows).toEqual([['2', '']])
  expect(handedOn()).toEqual(first)
})

test('rows and what is handed on keep their order', async () => {
  const socket = new PassThrough()
  const order: string[] = []
  socket.on('data', (bytes: Buffer) => order.push(`driver ${bytes.length}`))
  const parser = new RowParser()
  parser.readFrom(socket)
  parser.taker = ([first]) => void order.push(`row ${String(first)}`)
  const [complete, ready] = [message('C', Buffer.from('SELECT 2\0')), message('Z', Buffer.from('I'))]
  await send(socket, Buffer.concat([dataRow(['a']), complete, dataRow(['b']), ready]), [1_000])
  expect(order).toEqual(['row a', `driver ${complete.length}`, 'row b', `driver ${ready.length}`])
})

const tooLong = dataRow(['abc', 'de'])
tooLong.writeInt32BE(1_000_000, 7)
const tooMany = dataRow(['abc', null])
tooMany.writeUInt16BE(40_000, 5)
const tooFew = dataRow(['abc', 'de'])
tooFew.writeUInt16BE(1, 5)

test.each([
  ['has a value longer than itself', tooLong],
  ['tells of more values than it has', tooMany],
  ['tells of fewer values than it has', tooFew],
  ['does not say how many values it has', message('D', Buffer.from([]))],
  ['says half of that', message('D', Buffer.from([0]))],
])('a row that %s ends the connection with a clear word', async (_, broken) => {
  const { socket, parser } = reading()
  const rows: (readonly Raw[])[] = []
  parser.taker = (fields) => void rows.push(fields)
  const failed = new Promise<Error>((resolve) => socket.once('error', resolve))
  await send(socket, broken, [1_000])
  expect((await failed).message).toContain('its values have other lengths than it says')
  expect(rows).toEqual([])
})

test('where somebody else listens too, the driver goes on by itself', async () => {
  const socket = new PassThrough()
  const heard: Buffer[] = []
  socket.on('data', (bytes: Buffer) => heard.push(bytes))
  socket.on('data', () => undefined)
  const parser = new RowParser()
  parser.readFrom(socket)
  parser.taker = () => expect.unreachable()
  await send(socket, dataRow(['1']), [100])
  expect(Buffer.concat(heard)).toEqual(dataRow(['1']))
})
