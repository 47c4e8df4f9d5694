import { check, explain } from '@caruso/expression'
import type { Phrases } from '@caruso/expression'
import ar from '@caruso/expression/i18n/ar.json' with { type: 'json' }
import en from '@caruso/expression/i18n/en.json' with { type: 'json' }
import nb from '@caruso/expression/i18n/nb.json' with { type: 'json' }
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { operators } from '../src/operators.ts'
import { expressions } from './expressions.ts'
import { shop } from './shop.ts'

const norwegian: Readonly<Record<string, string>> = { name: 'navnet', age: 'alderen', vip: 'VIP', city: 'byen', address: 'adressen', orders: 'ordrene', total: 'beløpet', born: 'fødselsdatoen' }
const arabic: Readonly<Record<string, string>> = { name: 'الاسم', age: 'العمر', vip: 'عميل مهم', city: 'المدينة', address: 'العنوان', orders: 'الطلبات', total: 'المبلغ', born: 'تاريخ الميلاد' }

test.each([
  ['age >= 18 && name.startsWith("A")', 'the age is at least 18 and the name starts with “A”', 'alderen er minst 18 og navnet begynner med «A»', 'العمر لا يقل عن 18 والاسم يبدأ بـ «A»'],
  ['!vip || address.city in ["Oslo", "Bergen"]', 'the vip is not true or the city of the address is one of “Oslo” or “Bergen”', 'VIP er ikke sant eller byen for adressen er en av «Oslo» eller «Bergen»', 'عميل مهم: لا أو المدينة (العنوان) واحد من: «Oslo» أو «Bergen»'],
  ['!orders.exists(o, o.total > 1000.5)', 'for none of the orders, the total is more than 1,000.5', 'for ingen av ordrene gjelder at beløpet er mer enn 1\u00a0000,5', 'لا يوجد ضمن الطلبات ما يحقق: المبلغ أكثر من 1,000.5'],
  ['born < date("2008-01-31")', 'the born is before January 31, 2008', 'fødselsdatoen er før 31. januar 2008', 'تاريخ الميلاد قبل 31 يناير 2008'],
  ['age != null', 'the age is not empty', 'alderen er ikke tom', 'العمر غير فارغ'],
])('explains %s', (source, english, inNorwegian, inArabic) => {
  const term = check(source, shop, 'boolean')
  expect(explain(term, en)).toBe(english)
  expect(explain(term, nb, labels(norwegian))).toBe(inNorwegian)
  expect(explain(term, ar, labels(arabic))).toBe(inArabic)
})

test.each([
  ['(age + 1) * 2 > 3', '(the age plus 1) times 2 is more than 3'],
  ['(vip || active) && age > 1', '(the vip is true or the active is true) and the age is more than 1'],
  ['!(vip && active)', 'it is not so that (the vip is true and the active is true)'],
  ['orders.filter(o, o.paid).map(o, o.total).sum() > 100', 'the sum of the total over the orders for which the paid is true is more than 100'],
  ['orders.filter(o, !o.paid).size() == 0', 'the number of the orders for which the paid is not true is 0'],
  ['tags.exists(t, t == "new")', 'for at least one of the tags, it is “new”'],
  ['waited > duration("1d30m")', 'the waited is more than 1 day, 30 minutes'],
  ['opens <= time("08:30")', 'the opens is not after 8:30 AM'],
  ['created > instant("2026-01-31T10:30:05Z")', 'the created is after January 31, 2026 at 10:30:05 AM UTC'],
  ['name == "$& {0}"', 'the name is “$& {0}”'],
  ['coalesce(age, balance) == 12345678901234567890.123456789', 'the first of the age and the balance that is not empty is 12,345,678,901,234,567,890.123456789'],
])('explains %s', (source, english) => {
  expect(explain(check(source, shop), en)).toBe(english)
})

test('a label is asked for by the names that lead to the attribute', () => {
  const asked: string[] = []
  explain(check('orders.exists(o, o.lines.exists(l, l.item == address.city))', shop), en, (path) => {
    asked.push(path.join('.'))
    return path.at(-1) ?? ''
  })
  expect([...new Set(asked)].toSorted()).toEqual(['address', 'address.city', 'orders', 'orders.lines', 'orders.lines.item'])
})

describe.each<[string, Phrases]>([['en', en], ['nb', nb], ['ar', ar]])('%s', (_, phrases) => {
  test('has a phrase for all that a term can have', () => {
    expect(Object.keys(phrases).toSorted()).toEqual(Object.keys(en).toSorted())
    expect(Object.keys(operators).filter((op) => !(op in phrases) && op !== 'and' && op !== 'or')).toEqual([])
  })

  test('no phrase leaves out what the English one says', () => {
    const places = (text = ''): string => [...new Set(text.match(/\{\d\}/g) ?? [])].toSorted().join()
    expect(Object.keys(en).filter((key) => places(phrases[key]) !== places((en as Phrases)[key]))).toEqual([])
  })

  test('whatever is written can be explained', () => {
    fc.assert(
      fc.property(expressions.any, (source) => {
        expect(explain(check(source, shop), phrases)).not.toMatch(/\{\d\}|undefined/)
      }),
      { numRuns: 200 },
    )
  })
})

function labels(names: Readonly<Record<string, string>>): (path: readonly string[]) => string {
  return (path) => names[path.at(-1) ?? ''] ?? 'unnamed'
}
