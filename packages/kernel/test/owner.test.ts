import fc from 'fast-check'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { Owner } from '../src/owner.ts'
import { keptLog, ManualClock } from '../../../test/hosts.ts'

const open = (clock = systemClock): Owner => new Owner('component "x"', clock, keptLog().log)

test('dispose() goes in reverse order, one after the other', async () => {
  const owner = open()
  const steps: string[] = []
  for (const name of ['a', 'b', 'c']) {
    owner.own(name, async () => {
      steps.push(`${name} begins`)
      await setImmediate()
      steps.push(`${name} ends`)
    })
  }
  await owner.dispose()
  expect(steps).toEqual(['c begins', 'c ends', 'b begins', 'b ends', 'a begins', 'a ends'])
})

test('dispose() disposes once, however often it is asked', async () => {
  const owner = open()
  let disposed = 0
  owner.own(undefined, () => void disposed++)
  await Promise.all([owner.dispose(), owner.dispose()])
  await owner.dispose()
  expect(disposed).toBe(1)
})

test('dispose() goes on past what fails, and tells all of it', async () => {
  const owner = open()
  let last = false
  owner.own(undefined, () => void (last = true))
  owner.own(undefined, async () => await Promise.reject(new Error('rejects')))
  owner.own(undefined, () => {
    throw new Error('throws')
  })
  expect((await owner.dispose()).map(String)).toEqual(['Error: throws', 'Error: rejects'])
  expect(last).toBe(true)
})

test('own() after the end disposes what was acquired, and throws (cordis#91)', async () => {
  const owner = open()
  await owner.dispose()
  const disposed: string[] = []
  expect(() => owner.own('late', (name) => void disposed.push(name))).toThrow('Acquired a resource in the scope of component "x": the scope has ended')
  await owner.dispose()
  expect(disposed).toEqual(['late'])
})

test('the signal aborts before the first disposer runs', async () => {
  const owner = open()
  let aborted = false
  owner.own(undefined, () => void (aborted = owner.signal.aborted))
  expect(owner.signal.aborted).toBe(false)
  await owner.dispose()
  expect(aborted).toBe(true)
})

test('whatever the schedule, each resource is disposed exactly once, and those of before the end in reverse', async () => {
  const step = fc.record({ kind: fc.constantFrom('own', 'own', 'own', 'dispose', 'turn'), slow: fc.boolean(), fails: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const owner = open()
      const disposed: number[] = []
      const late = new Set<number>()
      let running = 0
      let failures = 0
      for (const [id, { kind, slow, fails }] of steps.entries()) {
        if (kind === 'dispose') void owner.dispose()
        else if (kind === 'turn') await setImmediate()
        else {
          try {
            owner.own(id, async () => {
              expect(++running).toBe(1)
              if (slow) await setImmediate()
              disposed.push(id)
              running--
              if (fails) throw new Error(`failure ${++failures}`)
            })
          } catch {
            late.add(id)
          }
        }
      }
      const errors = await owner.dispose()
      const owned = [...steps.entries()].filter(([, { kind }]) => kind === 'own').map(([id]) => id)
      expect(disposed.toSorted((a, b) => a - b)).toEqual(owned)
      const before = owned.filter((id) => !late.has(id))
      expect(disposed.filter((id) => !late.has(id))).toEqual(before.toReversed())
      expect(errors).toHaveLength(failures)
    }),
    { numRuns: 100 },
  )
})

describe('timed work', () => {
  test('every() runs again only after the run before has ended, and ends with the scope', async () => {
    const clock = new ManualClock()
    const owner = open(clock)
    let finish: () => void = () => undefined
    let runs = 0
    owner.every(10, async () => {
      runs++
      await new Promise<void>((resolve) => (finish = resolve))
    })
    clock.advance(10)
    expect([runs, clock.waits]).toEqual([1, []])
    finish()
    await setImmediate()
    expect(clock.waits).toEqual([10])
    await owner.dispose()
    expect(clock.waits).toEqual([])
  })

  test('dispose() waits for a run that has begun', async () => {
    const clock = new ManualClock()
    const owner = open(clock)
    const steps: string[] = []
    owner.after(5, async () => {
      await setImmediate()
      steps.push('worked')
    })
    clock.advance(5)
    await owner.dispose()
    steps.push('disposed')
    expect(steps).toEqual(['worked', 'disposed'])
  })

  test('a run that fails is logged and the next one comes', async () => {
    const clock = new ManualClock()
    const { log, lines } = keptLog()
    const owner = new Owner('component "x"', clock, log)
    owner.every(10, () => {
      throw new Error('no line')
    })
    clock.advance(10)
    await setImmediate()
    expect(lines).toMatchObject([{ level: 'error', message: 'Timed work of component "x" failed: no line' }])
    expect(clock.waits).toEqual([10])
    await owner.dispose()
  })
})
