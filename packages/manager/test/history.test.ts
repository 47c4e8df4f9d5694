import { expect, test } from 'vitest'
import { historyOf } from '../src/history.ts'
import type { JournalEntry } from '../src/journal.ts'

const entry = (epoch: number, step: JournalEntry['step'], more: Partial<JournalEntry> = {}): JournalEntry => ({
  at: `2026-01-01T00:00:0${epoch}.000Z`, epoch, component: 'desk', step, action: 'swap', from: '1.0.0', to: '1.1.0', who: 'ada', why: 'because', detail: '', ms: 0, ...more,
})

test('historyOf() tells one entry per epoch, the newest first, from its begin and its end', () => {
  const told = historyOf([entry(1, 'install'), entry(2, 'begin'), entry(2, 'switch', { ms: 5 }), entry(2, 'done', { at: 'later', ms: 7, detail: 'one handle' }), entry(3, 'begin'), entry(3, 'refused', { detail: 'no' })], 10)
  expect(told).toEqual([
    { at: entry(3, 'begin').at, epoch: 3, component: 'desk', action: 'swap', from: '1.0.0', to: '1.1.0', who: 'ada', why: 'because', outcome: 'refused', detail: 'no', ms: 0 },
    { at: entry(2, 'begin').at, epoch: 2, component: 'desk', action: 'swap', from: '1.0.0', to: '1.1.0', who: 'ada', why: 'because', outcome: 'done', detail: 'one handle', ms: 7 },
  ])
})

test('historyOf() says that a swap is running before and after its point of no return', () => {
  expect(historyOf([entry(1, 'begin')], 10)).toMatchObject([{ outcome: 'running' }])
  expect(historyOf([entry(1, 'begin'), entry(1, 'switch')], 10)).toMatchObject([{ outcome: 'running' }])
  expect(historyOf([entry(1, 'begin'), entry(1, 'interrupted', { detail: 'why' })], 10)).toMatchObject([{ outcome: 'interrupted', detail: 'why' }])
})

test('historyOf() tells no more than asked, and nothing of first starts', () => {
  expect(historyOf([entry(1, 'begin'), entry(2, 'begin'), entry(3, 'begin')], 2).map(({ epoch }) => epoch)).toEqual([3, 2])
  expect(historyOf([entry(1, 'install')], 10)).toEqual([])
})
