import { describe, expect, test } from 'vitest'
import { caruso, carusoUntil, temporaryFolder } from '../../../test/command.ts'
import { slowDesk } from './slow-desk.ts'

interface Node {
  readonly component: string
  readonly operation: string
  readonly ms: number
  readonly failure?: { readonly code: string; readonly message: string }
  readonly parts: readonly Node[]
}

describe.each(['inline', 'worker', 'process'] as const)('trace of components that run %s', { timeout: 120_000 }, (isolation) => {
  test('shows a call through all components, with times', async () => {
    const folder = temporaryFolder()
    slowDesk(folder, isolation)
    await carusoUntil('Ready in', folder, 'up')
    const { code, output, errors } = await caruso(folder, 'trace', 'hall.visit', '{"ms":80}')
    expect([code, errors]).toEqual([0, ''])
    expect(output.replaceAll(/ +[\d.]+ ms/g, '')).toBe('cli  hall.visit\n└─ hall  hall.visit\n   ├─ desk  desk.peek\n   └─ desk  desk.rest\n')
    const told = JSON.parse((await caruso(folder, 'trace', 'hall.visit', '{"ms":80}', '--json')).output) as Node & { trace: string }
    expect(told.trace).toMatch(/^[0-9a-f]{32}$/)
    const [hall] = told.parts
    const [peek, rest] = hall?.parts ?? []
    expect(rest?.ms).toBeGreaterThanOrEqual(79)
    expect(hall?.ms).toBeGreaterThanOrEqual((rest?.ms ?? 0) + (peek?.ms ?? 0))
    expect(told.ms).toBeGreaterThanOrEqual(hall?.ms ?? 0)

    const failed = await caruso(folder, 'trace', 'hall.complain')
    expect(failed).toMatchObject({ code: 1, errors: expect.stringContaining('the desk fails') })
    expect(failed.output.replaceAll(/ +[\d.]+ ms/g, '')).toMatch(/^cli {2}hall\.complain {2}HANDLER_FAILED\n└─ hall {2}hall\.complain {2}HANDLER_FAILED\n {3}└─ desk {2}desk\.fail {2}HANDLER_FAILED: .*the desk fails\n$/)
  })
})

test('an operation that nobody has is refused with what there is', async () => {
  const folder = temporaryFolder()
  slowDesk(folder)
  await carusoUntil('Ready in', folder, 'up')
  expect(await caruso(folder, 'trace', 'hall.visti')).toMatchObject({ code: 2, output: '', errors: expect.stringContaining('it has visit, complain (did you mean "visit"?)') })
})
