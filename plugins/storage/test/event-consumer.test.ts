import { expect, test, vi } from 'vitest'
import { EventConsumer, type Consumption, type DurableEvent } from '../src/contract.ts'
import { makeCall, makeDatabase, startStorage } from './harness.ts'

const soon = { timeout: 10_000, interval: 10 }

async function opened() {
  const { storage } = await startStorage({ data: { kind: 'sqlite', file: makeDatabase('create table mail (id integer primary key, word text)') } })
  const emit = async (...words: string[]): Promise<void> => void (await storage.transact({ source: 'data', steps: words.map((word) => ({ emit: 'sales.won', payload: { word } })) }, makeCall()))
  const write = async ({ id, payload }: DurableEvent): Promise<void> => {
    const { word } = payload as { readonly word: string }
    await storage.transact({ source: 'data', steps: [{ insert: 'mail', rows: [{ word }], types: { word: 'text' } }, { handled: { consumer: 'mails', id } }] }, makeCall())
  }
  const mails = async (): Promise<unknown[]> => (await storage.query({ source: 'data', from: 'mail', columns: ['word'], order: [{ column: 'id' }] }, makeCall())).rows.map(({ word }) => word)
  const failures: string[] = []
  const consume = (handle: Consumption['handle'], others: Partial<Consumption> = {}): EventConsumer =>
    new EventConsumer({ next: (call) => storage.events({ source: 'data', consumer: 'mails', topics: ['sales.won'], from: 'begin' }, call), acknowledge: (seq, call) => storage.acknowledge({ source: 'data', consumer: 'mails', seq }, call), call: () => makeCall(), handle, failed: (error) => failures.push(error instanceof Error ? error.message : ''), ...others })
  return { emit, write, mails, consume, failures }
}

test('events are handled in their order, those that come later as soon as it is woken', async () => {
  const { emit, write, mails, consume } = await opened()
  await emit('a', 'b')
  const consumer = consume(write)
  const end = consumer.begin()
  await vi.waitFor(async () => expect(await mails()).toEqual(['a', 'b']), soon)
  await emit('c')
  consumer.wake()
  await vi.waitFor(async () => expect(await mails()).toEqual(['a', 'b', 'c']), { ...soon, timeout: 2_000 })
  await end()
  await emit('d')
  consumer.wake()
  expect(await mails()).toEqual(['a', 'b', 'c'])
})

test('one that fails is tried again, those behind it wait, and nothing is done twice that was handled before the failure', async () => {
  const { emit, write, mails, consume, failures } = await opened()
  await emit('a', 'b', 'c')
  let dies = 2
  const end = consume(async (event) => {
    await write(event)
    // Between what is done and the word that it is done.
    if ((event.payload as { readonly word: string }).word === 'b' && dies-- > 0) throw new Error('the machine is gone')
  }).begin()
  await vi.waitFor(async () => expect(await mails()).toEqual(['a', 'b', 'c']), soon)
  await end()
  expect(failures).toEqual(['the machine is gone'])
})

test('one that fails, or is not acknowledged, waits before it is tried again, however often it is woken', async () => {
  const { emit, consume } = await opened()
  await emit('a')
  for (const [fails, others] of [[true, {}], [false, { acknowledge: async () => { throw new Error('the disk is full') } }]] as const) {
    const tries: number[] = []
    const consumer = consume(async () => {
      tries.push(performance.now())
      if (fails) throw new Error('the machine is gone')
    }, others)
    const end = consumer.begin()
    const waking = setInterval(() => consumer.wake(), 10)
    await vi.waitFor(() => expect(tries.length).toBeGreaterThan(1), soon)
    clearInterval(waking)
    await end()
    expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThan(450)
  }
})

test('between two events the process does what else there is to do', async () => {
  const { emit, write, mails, consume } = await opened()
  await emit(...Array.from({ length: 300 }, String))
  let turns = 0
  const turning = setInterval(() => turns++, 1)
  const end = consume(write).begin()
  await vi.waitFor(async () => expect(await mails()).toHaveLength(300), soon)
  clearInterval(turning)
  await end()
  expect(turns).toBeGreaterThan(10)
})

test('who comes after another goes on where that one was', async () => {
  const { emit, write, mails, consume } = await opened()
  await emit('a', 'b')
  const first = consume(write).begin()
  await vi.waitFor(async () => expect(await mails()).toHaveLength(2), soon)
  await first()
  await emit('c')
  const seen: string[] = []
  const second = consume(async (event) => void seen.push(String((event.payload as { readonly word: string }).word))).begin()
  await vi.waitFor(() => expect(seen).toEqual(['c']), soon)
  await second()
})
