import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CallContext } from '@caruso/bus'
import { narrow } from '@caruso/contract'
import { type CallText, decodeCall, decodeCaller, decodeFrames, decodeTo, encodeCaller, encodeError, encodeRest, encodeTo, encodeValue, type Frame, kind, parseJson, readFrames } from '../src/protocol.ts'

const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,20}$/)
const json = fc.jsonValue({ noUnicodeString: false }).filter((value) => !JSON.stringify(value).includes('__proto__'))

test('a call is read as it was written, whatever its input', () => {
  fc.assert(
    fc.property(name, name, fc.string(), fc.option(fc.string({ minLength: 1, maxLength: 256 })), json, fc.integer({ min: 1, max: 2 ** 31 }), fc.array(name, { maxLength: 3 }), (service, operation, identity, key, input, id, through) => {
      const caller = { component: service, identity, permissions: [identity], grants: [] }
      const made = new CallContext(Date.now() + 60_000, caller, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, key ?? undefined, undefined, false)
      const text: CallText = { kind: kind.open, id, to: { service: `${service}@1.0.0`, operation, caller: encodeCaller(caller), ...(through.length === 0 ? {} : { through: JSON.stringify(through) }) }, trace: made.trace, rest: encodeRest(input, made, Date.now(), 64) }
      const [to, frame] = decodeFrames(`[${encodeTo(text, undefined)},[${kind.open},${id},${text.rest}]]`)
      const read = decodeCall(frame!, decodeTo(to!)!)!
      expect(read).toEqual({ id, service: `${service}@1.0.0`, operation, left: read.left, caller: read.caller, trace: made.trace, through, key: key ?? undefined, input: JSON.parse(JSON.stringify(input)) as unknown, credits: 64 })
      expect(read.left).toBeGreaterThan(59_000)
      expect(decodeCaller(read.caller)).toEqual(caller)
    }),
  )
})

test('what a call has in common with the one before in its message is not said again, and read all the same', () => {
  const calls = fc.array(fc.record({ service: fc.constantFrom('a@1.0.0', 'b@1.0.0'), operation: fc.constantFrom('get', 'set'), caller: fc.constantFrom('["x","y",[],[]]', '["z","y",[],[]]'), trace: fc.constantFrom('t1', 't2'), through: fc.constantFrom('["a"]', '["a","b"]') }, { requiredKeys: ['service', 'operation', 'caller', 'trace'] }))
  fc.assert(
    fc.property(calls, (made) => {
      const texts = made.map(({ trace, ...to }, id): CallText => ({ kind: kind.call, id, to, trace, rest: '1000,null,1' }))
      const said = texts.map((text, i) => encodeTo(text, texts[i - 1]))
      let head: string | undefined
      for (const [i, each] of said.entries()) {
        head = each ?? head
        const [to] = decodeFrames(`[${head}]`)
        const { caller, through, ...rest } = decodeTo(to!)!
        expect({ ...rest, caller: JSON.stringify(caller), ...(through.length === 0 ? {} : { through: JSON.stringify(through) }) }).toEqual(made[i])
        expect(each === undefined).toBe(i > 0 && JSON.stringify(made[i]) === JSON.stringify(made[i - 1]))
      }
    }),
  )
})

test('what a call is work of is a few names, or the frame is none', () => {
  const to = (through: unknown): Frame => [kind.to, 0, 's@1.0.0', 'o', null, 't', through]
  for (const good of [[], ['a'], Array.from({ length: 32 }, (_, i) => `c${i}`)]) expect(decodeTo(to(good))?.through).toEqual(good)
  for (const bad of [null, 1, 'a', {}, ['a b'], [''], ['a'.repeat(97)], [1], [['a']], Array.from({ length: 33 }, (_, i) => `c${i}`)]) expect(decodeTo(to(bad))).toBeUndefined()
})

test('what is no caller is nobody', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (wire) => {
      const caller = decodeCaller(wire)
      expect(typeof caller.component === 'string' && typeof caller.identity === 'string').toBe(true)
      for (const texts of [caller.permissions, caller.grants]) expect(texts.every((text) => typeof text === 'string')).toBe(true)
    }),
  )
})

test('random text is read or refused with INVALID_INPUT, never more', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[[\]{}",:0-9\\]*$/)), (text) => {
      const frames: Frame[] = []
      const errors: unknown[] = []
      readFrames(text, { read: (frame) => void frames.push(frame), unreadable: (error) => void errors.push(error) })
      for (const frame of frames) decodeCall(frame, decodeTo(frame) ?? { service: '', operation: '', caller: null, trace: '', through: [] })
      for (const error of errors) expect(error).toMatchObject({ code: 'INVALID_INPUT' })
    }),
    { numRuns: 2_000 },
  )
})

test('a frame that cannot be read costs no other of its message', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(json.map((value) => ({ value, bad: false })), fc.constant({ value: JSON.parse('{"__proto__":1}') as unknown, bad: true })), { minLength: 1, maxLength: 10 }), (values) => {
      const read: unknown[] = []
      const unread: unknown[] = []
      readFrames(`[${values.map(({ value }, i) => `[2,${i},${JSON.stringify(value)}]`).join(',')}]`, { read: ([, id]) => void read.push(id), unreadable: (_error, frameKind, id) => void unread.push([frameKind, id]) })
      expect(read).toEqual(values.flatMap(({ bad }, i) => (bad ? [] : [i])))
      expect(unread).toEqual(values.flatMap(({ bad }, i) => (bad ? [[2, i]] : [])))
    }),
  )
})

test('parseJson refuses what nests too deep or hides __proto__, and takes all else', () => {
  const nested = (depth: number): string => `${'['.repeat(depth)}${'"'.padEnd(300, 'x')}"${']'.repeat(depth)}`
  expect(() => parseJson(nested(128))).not.toThrow()
  expect(() => parseJson(nested(129))).toThrow('nests deeper than 128')
  expect(parseJson(JSON.stringify('['.repeat(1_000)))).toBe('['.repeat(1_000))
  for (const text of ['{"__proto__":1}', '{"\\u005f_proto__":1}', '{"a":[{"\\u005F\\u005fproto\\u005f_":1}]}']) expect(() => parseJson(text)).toThrow('__proto__')
  expect(parseJson('"__proto__"')).toBe('__proto__')
})

test('encodeValue and encodeError make JSON of what has none', () => {
  expect(encodeValue(undefined)).toBe('null')
  expect(JSON.parse(encodeError(Object.assign(new Error('x'), { code: 'C', details: 1n })))).toEqual({ code: 'C', message: 'x' })
})

test('the key of a narrowed call goes with the next call only', () => {
  const made = new CallContext(Date.now() + 1_000, { component: 'a', identity: '', permissions: [], grants: [] }, '', 'old', undefined, false)
  expect([made.key, made.nextKey, narrow(made, { key: 'new' }).nextKey]).toEqual(['old', undefined, 'new'])
})
