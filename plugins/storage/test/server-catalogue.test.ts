import { expect, onTestFinished, test, vi } from 'vitest'
import { ServerCatalogue } from '../src/server-catalogue.ts'

test.each([[1, 50], [20, 200]])('a catalogue that took %d ms to read is read again for a missing name after %d', (took, after) => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const catalogue = new ServerCatalogue()
  expect(catalogue.isStale).toBe(true)
  catalogue.set([], took)
  vi.advanceTimersByTime(after - 1)
  expect(catalogue.isStale).toBe(false)
  vi.advanceTimersByTime(1)
  expect(catalogue.isStale).toBe(true)
})
