import { afterEach, expect, test, vi } from 'vitest'
import { RememberedAnswers } from '../src/remembered-answers.ts'

afterEach(() => void vi.useRealTimers())

test('what was answered is answered again for two minutes', async () => {
  vi.useFakeTimers()
  const answers = new RememberedAnswers()
  let runs = 0
  const ask = async (): Promise<unknown> => await answers.once('order 7', async () => ++runs)
  expect([await ask(), await ask()]).toEqual([1, 1])
  vi.advanceTimersByTime(119_000)
  expect(await ask()).toBe(1)
  vi.advanceTimersByTime(2_000)
  expect([await ask(), await ask()]).toEqual([2, 2])
})

test('what takes longer than that runs once all the same, and what failed is run again', async () => {
  vi.useFakeTimers()
  const answers = new RememberedAnswers()
  const { promise, reject } = Promise.withResolvers<string>()
  const run = vi.fn(async () => await promise)
  const asked = [answers.once('order 7', run)]
  vi.advanceTimersByTime(150_000)
  asked.push(answers.once('order 7', run))
  reject(new Error('The printer is out of paper'))
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(run).toHaveBeenCalledOnce()
  expect(await answers.once('order 7', async () => 'printed')).toBe('printed')
  expect(await answers.once('order 7', async () => 'again')).toBe('printed')
})

test('large answers are remembered up to some 50 MB, and one that is larger, or goes round in a circle, not at all', async () => {
  const answers = new RememberedAnswers()
  const runs: string[] = []
  const ask = async (key: string, answer: unknown): Promise<unknown> => await answers.once(key, async () => {
    runs.push(key)
    return answer
  })
  const rows = Array.from({ length: 100_000 }, (_, id) => ({ id }))
  for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await ask(key, rows)
  expect(runs).toEqual(['a', 'b', 'c', 'a'])
  const long = 'x'.repeat(30_000_000)
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  for (const key of ['long', 'long', 'circle', 'circle']) await ask(key, key === 'long' ? long : circle)
  expect(runs.slice(4)).toEqual(['long', 'long', 'circle', 'circle'])
})

test('ten thousand small answers are remembered', async () => {
  const answers = new RememberedAnswers()
  let runs = 0
  for (let key = 0; key < 10_001; key++) await answers.once(String(key), async () => ++runs)
  expect(await answers.once('10000', async () => ++runs)).toBe(10_001)
  expect(await answers.once('0', async () => ++runs)).toBe(10_002)
  expect(await answers.once('1000', async () => ++runs)).toBe(1_001)
})
