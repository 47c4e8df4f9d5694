import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { exclusively } from '../src/exclusively.ts'

const busy = { code: 'STORE_BUSY', message: expect.stringContaining('another "caruso" is changing it') }

async function newGuard(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'caruso-exclusively-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'below', 'guard.lock')
}

test('of twenty that begin at once one works, and the others are told that it does', async () => {
  const guard = await newGuard()
  const { promise: othersAreTold, resolve: tell } = Promise.withResolvers<void>()
  const told: unknown[] = []
  const attempts = Array.from({ length: 20 }, async (_, index) => {
    try {
      return await exclusively(guard, async () => {
        await othersAreTold
        return index
      })
    } catch (error) {
      if (told.push(error) === 19) tell()
      return undefined
    }
  })
  expect((await Promise.all(attempts)).filter((index) => index !== undefined)).toHaveLength(1)
  for (const error of told) expect(error).toMatchObject(busy)
})

test('the next one works when the first has ended, or has failed', async () => {
  const guard = await newGuard()
  await expect(exclusively(guard, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
  expect(await exclusively(guard, () => Promise.resolve('done'))).toBe('done')
  expect(await exclusively(guard, () => Promise.resolve('again'))).toBe('again')
})
