import { setTimeout as sleep } from 'node:timers/promises'

/** Does something again and again, eight at a time, while other work goes on; rejects with what that rejects with. */
export async function meanwhile(each: () => Promise<unknown>, work: () => Promise<unknown>): Promise<void> {
  let over = false
  const worker = async (): Promise<void> => {
    while (!over) {
      await each()
      await sleep(1)
    }
  }
  const workers = Array.from({ length: 8 }, worker)
  try {
    await work()
  } finally {
    over = true
    await Promise.all(workers)
  }
}
