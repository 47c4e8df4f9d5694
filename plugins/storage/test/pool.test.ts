import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { Pool } from '../src/pool.ts'
import type { Pooled } from '../src/pool.ts'

class Connection implements Pooled {
  readonly usable = true
  open = true
  close(): Promise<void> {
    this.open = false
    return Promise.resolve()
  }
  drop(): void {
    this.open = false
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

const waiting = { deadline: Infinity, cancellable: false, signal: new AbortController().signal }
const newPool = () => new Pool('crm', 5, () => Promise.resolve(new Connection()))

test('a connection that nobody uses for half a minute is closed, and one that is used is not', async () => {
  const pool = newPool()
  const [idle, used] = await Promise.all([pool.lend(waiting), pool.lend(waiting)])
  pool.giveBack(idle)
  pool.giveBack(used)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await pool.lend(waiting)).toBe(used)
  pool.giveBack(used)
  await vi.advanceTimersByTimeAsync(9_999)
  expect([idle.open, used.open]).toEqual([true, true])
  await vi.advanceTimersByTimeAsync(1)
  expect([idle.open, used.open]).toEqual([false, true])
  await vi.advanceTimersByTimeAsync(19_999)
  expect(used.open).toBe(true)
  await vi.advanceTimersByTimeAsync(1)
  expect(used.open).toBe(false)
  expect(await pool.lend(waiting)).not.toBe(used)
})

test('a connection that is lent for longer than that stays open, and so does the pool', async () => {
  const pool = newPool()
  const connection = await pool.lend(waiting)
  await vi.advanceTimersByTimeAsync(60_000)
  pool.giveBack(connection)
  expect(await pool.lend(waiting)).toBe(connection)
})

test('a closed pool has closed its connections and left no timer', async () => {
  const pool = newPool()
  const [idle, lent] = await Promise.all([pool.lend(waiting), pool.lend(waiting)])
  pool.giveBack(idle)
  const closed = pool.close()
  expect([idle.open, lent.open]).toEqual([false, true])
  pool.giveBack(lent)
  await closed
  expect(lent.open).toBe(false)
  expect(vi.getTimerCount()).toBe(0)
})
