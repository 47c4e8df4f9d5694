import { expect, test } from 'vitest'
import { StepQueue } from '../src/step-queue.ts'

async function readAll(queue: StepQueue<number>): Promise<number[]> {
  const read: number[] = []
  for await (const step of queue) read.push(step)
  return read
}

test('what was told before anybody read, and while somebody reads, is read in order', async () => {
  const queue = new StepQueue<number>()
  queue.push(1)
  queue.push(2)
  const read = readAll(queue)
  await new Promise(setImmediate)
  queue.push(3)
  await new Promise(setImmediate)
  queue.push(4)
  queue.end()
  expect(await read).toEqual([1, 2, 3, 4])
})

test('a failure comes after the steps that were told before it', async () => {
  const queue = new StepQueue<number>()
  queue.push(1)
  queue.fail(new Error('it broke'))
  const read: number[] = []
  await expect((async () => {
    for await (const step of queue) read.push(step)
  })()).rejects.toThrow('it broke')
  expect(read).toEqual([1])
})

test('a failure wakes who waits, even one that was thrown as undefined', async () => {
  const queue = new StepQueue<number>()
  const read = expect(readAll(queue)).rejects.toBeUndefined()
  await new Promise(setImmediate)
  queue.fail(undefined)
  await read
})
