import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { DeadlineWatch } from '../src/deadline-watch.ts'

let watch: DeadlineWatch
let stopped: string[]

beforeEach(() => {
  vi.useFakeTimers({ now: 0 })
  onTestFinished(() => void vi.useRealTimers())
  watch = new DeadlineWatch()
  stopped = []
})

const add = (name: string, deadline: number) => watch.add(deadline, () => void stopped.push(name))

test('each is stopped at its deadline, in whatever order they were added, and once', async () => {
  add('late', 300)
  add('early', 100)
  add('between', 200)
  await vi.advanceTimersByTimeAsync(99)
  expect(stopped).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(stopped).toEqual(['early'])
  await vi.advanceTimersByTimeAsync(100)
  expect(stopped).toEqual(['early', 'between'])
  await vi.advanceTimersByTimeAsync(10_000)
  expect(stopped).toEqual(['early', 'between', 'late'])
})

test('who has ended is not stopped, and one whose deadline has passed is at once', async () => {
  await vi.advanceTimersByTimeAsync(1_000)
  add('ended', 1_100)()
  add('over', 900)
  await vi.advanceTimersByTimeAsync(1)
  expect(stopped).toEqual(['over'])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(stopped).toEqual(['over'])
})

test('a deadline that is further away than a timer reaches is waited for', async () => {
  const year = 365 * 24 * 60 * 60 * 1000
  add('next year', year)
  await vi.advanceTimersByTimeAsync(year - 1)
  expect(stopped).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(stopped).toEqual(['next year'])
})

test('its end stops all and leaves no timer', () => {
  add('one', 100)
  add('two', 200)
  watch[Symbol.dispose]()
  expect(stopped).toEqual(['one', 'two'])
  expect(vi.getTimerCount()).toBe(0)
})
