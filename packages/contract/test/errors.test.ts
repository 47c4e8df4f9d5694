import { describe, expect, test } from 'vitest'
import { CarusoError, codeOf, ContractError, fromWireError, isCarusoError, messageOf, toWireError } from '@caruso/contract'

function overTheWire(error: unknown): CarusoError {
  return fromWireError(JSON.parse(JSON.stringify(toWireError(error))))
}

describe('errors across the bus', () => {
  test('code, message, details and causes survive, the stack does not', () => {
    const error = new CarusoError('NOT_FOUND', 'Looked up "7": no such customer', { details: { id: '7' }, cause: new CarusoError('DB_DOWN', 'Connected to "erp": refused') })
    const caught = overTheWire(error)
    expect(caught).toMatchObject({ code: 'NOT_FOUND', message: 'Looked up "7": no such customer', details: { id: '7' }, cause: { code: 'DB_DOWN', message: 'Connected to "erp": refused' } })
    expect(isCarusoError(caught)).toBe(true)
    expect(JSON.stringify(toWireError(error))).not.toContain('errors.test')
  })

  test('a code of somebody else survives, and what has none becomes HANDLER_FAILED', () => {
    expect(overTheWire(Object.assign(new Error('no such file'), { code: 'ENOENT' })).code).toBe('ENOENT')
    expect(overTheWire(new TypeError('x is not a function'))).toMatchObject({ code: 'HANDLER_FAILED', message: 'x is not a function' })
  })

  test.each([[null], [undefined], [7], ['text'], [[]], [{ code: 7 }], [{ message: {} }]])('fromWireError(%j) gives HANDLER_FAILED', (wire) => {
    expect(fromWireError(wire)).toMatchObject({ code: 'HANDLER_FAILED' })
  })

  test('thrown things that are no errors become readable', () => {
    expect(toWireError('plain text')).toEqual({ code: 'HANDLER_FAILED', message: 'plain text' })
    expect(messageOf(undefined)).toBe('undefined')
    expect(codeOf({ code: 7 })).toBeUndefined()
  })

  test('causes that go in a circle end', () => {
    const error = new Error('round')
    error.cause = error
    const depth = (wire: { readonly cause?: unknown }): number => (typeof wire.cause === 'object' && wire.cause !== null ? 1 + depth(wire.cause) : 0)
    expect(depth(toWireError(error))).toBe(8)
  })

  test('a long message is cut', () => {
    expect(toWireError(new Error('x'.repeat(10_000))).message).toHaveLength(4096)
  })

  test('only our own errors count as ours', () => {
    expect(isCarusoError(new ContractError('Declared contract "x"'))).toBe(true)
    expect([new Error('x'), null, 'CARUSO', { code: 'X', message: 'x' }].map(isCarusoError)).toEqual([false, false, false, false])
  })
})
