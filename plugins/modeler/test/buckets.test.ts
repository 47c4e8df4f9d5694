import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel } from './harness.ts'

/** Those whose clocks are changed at other times than most: by half an hour, around Ramadan, past a whole day. */
const zones = ['Europe/Oslo', 'America/St_Johns', 'Africa/Casablanca', 'Pacific/Apia', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC']
const instants = fc.sample(fc.date({ min: new Date('1975-01-01T00:00:00Z'), max: new Date('2030-12-31T23:59:59Z'), noInvalidDate: true }), { numRuns: 400, seed: 7 }).map((date) => date.toISOString())
const sentinels = ['0001-01-01T00:00:00.000Z', '9999-12-30T00:00:00.000Z', '2011-12-30T09:59:59.000Z', '2011-12-30T10:00:00.000Z', '2026-03-29T00:59:59.999Z', '2026-10-25T01:00:00.000Z']
const all = [...instants, ...sentinels]
const contacts = `insert into contact (customer_kdnr, name, since) values ${all.map((since) => `(1, 'x', '${since}')`).join(', ')};`

const figures = { n: { fn: 'count' } } as const

describe('groups of dates', () => {
  test.each(zones)('are the days that the clocks of %s show', async (zone) => {
    const { objects, call } = await openModel(crmTables + contacts, crmFiles)
    const clock = new Intl.DateTimeFormat('en-u-ca-gregory', { timeZone: zone, era: 'short', year: 'numeric', month: '2-digit', day: '2-digit' })
    const expected = new Map<string, number>()
    for (const since of all) {
      const part = Object.fromEntries(clock.formatToParts(new Date(since)).map(({ type, value }) => [type, value])) as Record<'era' | 'year' | 'month' | 'day', string>
      // A day before the first year is none that databases know.
      const day = part.era === 'BC' ? '' : `${part.year.padStart(4, '0')}-${part.month}-${part.day}`
      expected.set(day, (expected.get(day) ?? 0) + 1)
    }
    const { groups } = await objects.aggregate({ class: 'Contact', where: 'name == "x"', group: [{ attribute: 'since', by: 'day', zone, as: 'day' }], figures, order: [{ by: 'day' }] }, call())
    expect(groups.map(({ day, n }) => [day ?? '', n])).toEqual([...expected].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })

  test('are told by their first day, beside other groups, in the order asked for', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    for (const [name, since] of [['a', '2026-01-31T23:30:00Z'], ['a', '2026-02-03T10:00:00Z'], ['b', '2026-03-31T22:30:00Z']] as const) await objects.commit({ changes: [{ create: 'Contact', values: { customer: 1, name, since } }] }, call())
    const where = 'since != null'
    const by = async (unit: 'week' | 'month' | 'quarter' | 'year'): Promise<unknown[]> => (await objects.aggregate({ class: 'Contact', where, group: ['name', { attribute: 'since', by: unit, zone: 'Europe/Oslo' }], figures, order: [{ by: 'since', desc: true }] }, call())).groups.map((group) => Object.values(group))
    expect(await by('month')).toEqual([['b', '2026-04-01', 1], ['a', '2026-02-01', 2]])
    expect(await by('quarter')).toEqual([['b', '2026-04-01', 1], ['a', '2026-01-01', 2]])
    expect(await by('week')).toEqual([['b', '2026-03-30', 1], ['a', '2026-02-02', 1], ['a', '2026-01-26', 1]])
    expect(await by('year')).toEqual([['a', '2026-01-01', 2], ['b', '2026-01-01', 1]])
  })

  test('may be dates, over relations too, and null is a group', async () => {
    const { objects, call } = await openModel(`${crmTables} update contact set born = '1990-05-17' where id = 1; update contact set born = '1990-01-02' where id = 2;`, crmFiles)
    expect(await objects.aggregate({ class: 'Contact', group: [{ attribute: 'born', by: 'year' }], figures, order: [{ by: 'born' }] }, call())).toEqual({ groups: [{ born: null, n: 1 }, { born: '1990-01-01', n: 2 }] })
  })

  test.each<[string, string, object]>([
    ['a zone that there is not', 'Grouped by day of "since": there is no time zone "Europe/Olso"', { attribute: 'since', by: 'day', zone: 'Europe/Olso' }],
    ['a zone of a date', 'Grouped by day of "born": it is a date, which no time zone changes', { attribute: 'born', by: 'day', zone: 'Europe/Oslo' }],
    ['what is no date', 'Grouped by month of "name": it is neither a date nor an instant', { attribute: 'name', by: 'month' }],
    ['dates in a form that only the application knows', 'Grouped by month of "customer.born": its column holds the values in a form of its own', { attribute: 'customer.born', by: 'month' }],
  ])('are refused for %s', async (_case, message, bucket) => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const error = await errorFrom(objects.aggregate({ class: 'Contact', group: [bucket as never], figures }, call()))
    expect([error.code, error.message]).toEqual(['REQUEST_INVALID', message])
  })
})
