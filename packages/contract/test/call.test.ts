import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { narrow } from '@caruso/contract'
import type { Call } from '@caruso/contract'

const now = Date.UTC(2026, 0, 1)

function aCall(signal = new AbortController().signal): Call {
  const caller = { component: 'web', identity: 'anonymous', permissions: [], grants: [] }
  return { deadline: now + 1000, caller, trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', key: 'first', nextKey: undefined, through: ['ledger'], signal, cancellable: false }
}

describe('narrow()', () => {
  beforeEach(() => void vi.useFakeTimers({ now }))
  afterEach(() => void vi.useRealTimers())

  test('shortens the deadline and never extends it', () => {
    expect(narrow(aCall(), { timeout: 200 }).deadline).toBe(now + 200)
    expect(narrow(aCall(), { timeout: 5000 }).deadline).toBe(now + 1000)
    expect(narrow(aCall(), {}).deadline).toBe(now + 1000)
  })

  test('keeps what the call is work of', () => {
    expect(narrow(aCall(), { timeout: 1 }).through).toEqual(['ledger'])
  })

  test('keeps caller, trace and key, and sets the key of the next call, which stays set', () => {
    const call = aCall()
    expect(narrow(call, { timeout: 1 })).toMatchObject({ caller: call.caller, trace: call.trace, key: 'first', nextKey: undefined })
    expect(narrow(narrow(call, { key: 'second' }), { timeout: 1 })).toMatchObject({ key: 'first', nextKey: 'second' })
  })

  test('aborts with the call it came from and with the signal it was given', () => {
    const [outer, own] = [new AbortController(), new AbortController()]
    expect(narrow(aCall(outer.signal), {}).signal).toBe(outer.signal)
    const { signal } = narrow(aCall(outer.signal), { signal: own.signal })
    const other = narrow(aCall(outer.signal), { signal: new AbortController().signal })
    own.abort(new Error('no longer wanted'))
    expect(signal.reason).toEqual(new Error('no longer wanted'))
    expect(other.signal.aborted).toBe(false)
    outer.abort()
    expect(other.signal.aborted).toBe(true)
  })

  test('has one signal, so that who listens to it can stop to', () => {
    const own = new AbortController()
    const call = narrow(aCall(), { signal: own.signal })
    let heard = 0
    const listen = (): void => void heard++
    call.signal.addEventListener('abort', listen)
    call.signal.removeEventListener('abort', listen)
    own.abort()
    expect(heard).toBe(0)
  })

  test('can be cancelled as soon as anybody can cancel', () => {
    expect(narrow(aCall(), {}).cancellable).toBe(false)
    expect(narrow(aCall(), { signal: new AbortController().signal }).cancellable).toBe(true)
    expect(narrow({ ...aCall(), cancellable: true }, {}).cancellable).toBe(true)
  })
})
