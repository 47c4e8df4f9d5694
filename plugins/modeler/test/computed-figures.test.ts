import { expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { onEachDatabase, type Kind, type Tried } from './each-database.ts'

const text: Readonly<Record<Kind, string>> = { sqlite: 'text', pg: 'text', mysql: 'varchar(40)' }
const decimal: Readonly<Record<Kind, string>> = { sqlite: 'decimal_text', pg: 'numeric(38, 12)', mysql: 'decimal(38, 12)' }
const date: Readonly<Record<Kind, string>> = { sqlite: 'date_text', pg: 'date', mysql: 'date' }

const tables = (kind: Kind): string[] => [
  `create table firm (id integer primary key, name ${text[kind]}, discount ${decimal[kind]})`,
  `insert into firm values (1, 'Aas', '2.5'), (2, 'aas', null)`,
  `create table offer (id integer primary key, firm_id integer, price ${decimal[kind]}, cost ${decimal[kind]}, begins ${date[kind]}, ends ${date[kind]})`,
  `insert into offer values (1, 1, '10.10', '5.5', '2026-01-01', '2026-01-11'), (2, 2, '100', '20', '2026-01-31', '2026-02-02'), (3, null, '9', '9.25', '2026-03-01', '2026-03-02'), (4, 1, '100', '20.00', null, null), (5, 1, '1234567890123456.7', '0.1', '2025-12-31', '2026-01-01')`,
]

const files = {
  'model/firm.yaml': 'class: Firm\nkey: id\nattributes: { id: number, name: text, discount: decimal }\ncomputed: { title: "name + \'!\'" }\n',
  'mapping/offer.yaml': 'class: Offer\ncolumns: { firm: firm_id }\n',
  'model/offer.yaml': `
class: Offer
key: id
attributes:
  id: number
  firm: { type: reference, to: Firm }
  price: decimal
  cost: decimal
  begins: date
  ends: date
computed:
  margin: price - cost
  net: price - coalesce(firm.discount, 0)
  size: "price > 50 ? 'big' : 'small'"
  lasts: ends - begins
  due: ends + duration("240h")
  earns: price >= cost
`,
}

onEachDatabase('figures and groups of computed attributes', (open, kind) => {
  const opened = (): Promise<Tried> => open(tables(kind), files)

  test('are exact sums, means, least and greatest values, and counts', async () => {
    const { objects, call } = await opened()
    const figures = { sum: { fn: 'sum', attribute: 'margin' }, avg: { fn: 'avg', attribute: 'net' }, least: { fn: 'min', attribute: 'margin' }, most: { fn: 'max', attribute: 'net' }, sizes: { fn: 'count', attribute: 'size', distinct: true }, last: { fn: 'max', attribute: 'size' }, due: { fn: 'max', attribute: 'due' }, days: { fn: 'sum', attribute: 'lasts' }, longest: { fn: 'max', attribute: 'lasts' }, timed: { fn: 'count', attribute: 'lasts' } } as const
    expect((await objects.aggregate({ class: 'Offer', figures }, call())).groups).toEqual([
      { sum: '1234567890123620.95', avg: '246913578024733.66', least: '-0.25', most: '1234567890123454.2', sizes: 2, last: 'small', due: '2026-03-12', days: String(14 * 86_400_000_000), longest: String(10 * 86_400_000_000), timed: 4 },
    ])
    expect((await objects.aggregate({ class: 'Offer', where: 'margin > 1000000000000000000', figures: { sum: { fn: 'sum', attribute: 'margin' }, n: { fn: 'count', attribute: 'size' } } }, call())).groups).toEqual([{ sum: null, n: 0 }])
    expect((await errorFrom(objects.aggregate({ class: 'Offer', figures: { sum: { fn: 'sum', attribute: 'size' } } }, call()))).message).toContain('it holds no numbers')
  })

  test('are made by what values mean, over ways too, and ordered so', async () => {
    const { objects, call } = await opened()
    const groups = async (group: string, desc = false): Promise<unknown[]> => (await objects.aggregate({ class: 'Offer', group: [group], figures: { n: { fn: 'count' } }, order: [{ by: group, desc }], where: 'id > 0' }, call())).groups.map((one) => [one[group], one['n']])
    expect(await groups('margin')).toEqual([['-0.25', 1], ['4.6', 1], ['80', 2], ['1234567890123456.6', 1]])
    expect(await groups('size', true)).toEqual([['small', 2], ['big', 3]])
    expect(await groups('firm.title')).toEqual([[null, 1], ['Aas!', 3], ['aas!', 1]])
    expect(await groups('lasts')).toEqual([[null, 1], ['86400000000', 2], ['172800000000', 1], ['864000000000', 1]])
    expect(await groups('earns')).toEqual([[false, 1], [true, 4]])
    expect((await objects.aggregate({ class: 'Offer', group: [{ attribute: 'due', by: 'month', as: 'month' }, 'size'], figures: { sum: { fn: 'sum', attribute: 'net' }, price: { fn: 'sum', attribute: 'price' } }, order: [{ by: 'month' }, { by: 'sum', desc: true }] }, call())).groups).toEqual([
      { month: null, size: 'big', sum: '97.5', price: '100' },
      { month: '2026-01-01', size: 'big', sum: '1234567890123454.2', price: '1234567890123456.7' },
      { month: '2026-01-01', size: 'small', sum: '7.6', price: '10.1' },
      { month: '2026-02-01', size: 'big', sum: '100', price: '100' },
      { month: '2026-03-01', size: 'small', sum: '9', price: '9' },
    ])
    expect((await errorFrom(objects.aggregate({ class: 'Offer', group: [{ attribute: 'margin', by: 'month' }], figures: { n: { fn: 'count' } } }, call()))).message).toContain('it is neither a date nor an instant')
  })
})
