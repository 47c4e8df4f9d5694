import { vi } from 'vitest'

/** Waits until something holds. */
export async function until(holds: () => boolean): Promise<void> {
  await vi.waitUntil(holds, { timeout: 20_000, interval: 2 })
}
