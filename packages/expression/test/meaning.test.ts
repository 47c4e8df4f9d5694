import { bind, check, evaluator, ExpressionError, filter, print } from '@caruso/expression'
import type { Term } from '@caruso/expression'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expressions, values } from './expressions.ts'
import { naive } from './naive.ts'
import { ada, shop } from './shop.ts'

test('a checked condition gives true or false, and never throws', () => {
  fc.assert(
    fc.property(expressions.boolean, values, (source, given) => {
      expect(evaluator(check(source, shop, 'boolean'))(given)).toBeTypeOf('boolean')
    }),
    { numRuns: 1500 },
  )
})

test('the opposite of a condition is its opposite', () => {
  fc.assert(
    fc.property(expressions.boolean, values, (source, given) => {
      expect(evaluator(check(`!(${source})`, shop))(given)).toBe(!evaluator(check(source, shop))(given))
    }),
    { numRuns: 1000 },
  )
})

describe('an evaluator that was written differently has the same null rules', () => {
  const number = fc.option(fc.integer({ min: -3, max: 3 }), { freq: 3 })
  const given = fc.record({ age: number, balance: number, active: fc.option(fc.boolean()), vip: fc.option(fc.boolean()), name: fc.option(fc.constantFrom('', 'a', 'ab')) })
  const source = fc.letrec<Record<'condition' | 'number' | 'text', string>>((tie) => {
    const choose = (...all: fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.oneof({ depthSize: 'small' }, ...all)
    const two = (one: fc.Arbitrary<string>, ...ops: string[]): fc.Arbitrary<string> => fc.tuple(one, fc.constantFrom(...ops), one).map(([a, op, b]) => `(${a} ${op} ${b})`)
    const [condition, numeric, text] = [tie('condition'), tie('number'), tie('text')]
    const chosen = (one: fc.Arbitrary<string>): fc.Arbitrary<string>[] => [fc.tuple(condition, one, one).map(([a, b, c]) => `(${a} ? ${b} : ${c})`), fc.tuple(one, one).map(([a, b]) => `coalesce(${a}, ${b})`)]
    return {
      condition: choose(fc.constantFrom('active', 'vip', 'true', 'false'), two(condition, '&&', '||', '==', '!='), two(numeric, '==', '!=', '<', '<=', '>', '>='), two(text, '==', '!=', '<', '>='), condition.map((one) => `!${one}`), fc.tuple(text, text).map(([a, b]) => `startsWith(${a}, ${b})`), fc.tuple(numeric, numeric).map(([a, b]) => `(${a} in [${b}, 1, null])`), ...chosen(condition)),
      number: choose(fc.constantFrom('age', 'balance', '0', '1', '2', '3'), two(numeric, '+', '-', '*', '%'), text.map((one) => `size(${one})`), ...chosen(numeric)),
      text: choose(fc.constantFrom('name', '""', '"a"', '"ab"'), two(text, '+'), ...chosen(text)),
    }
  })

  test('for conditions', () => {
    fc.assert(
      fc.property(source.condition, given, (condition, row) => {
        expect(evaluator(check(condition, shop, 'boolean'))(row)).toBe(naive(condition, row) === true)
      }),
      { numRuns: 2500 },
    )
  })

  test('for numbers', () => {
    fc.assert(
      fc.property(source.number, given, (formula, row) => {
        const expected = naive(formula, row)
        expect(evaluator(check(formula, shop, 'number'))(row)).toBe(expected === null ? null : String(expected))
      }),
      { numRuns: 2500 },
    )
  })
})

describe('bind()', () => {
  test('keeps the meaning, whatever is known already', () => {
    fc.assert(
      fc.property(expressions.any, values, fc.subarray(Object.keys(shop.names)), (source, given, names) => {
        const term = check(source, shop)
        const known = Object.fromEntries(names.map((name) => [name, given[name]]))
        let bound: Term
        try {
          bound = bind(term, known)
        } catch (error) {
          // Known elements and an unknown condition: only exists and all go.
          expect(error).toMatchObject({ code: 'EXPRESSION_ONLY_IN_MEMORY' })
          return
        }
        expect(evaluator(bound)(given)).toEqual(evaluator(term)(given))
        expect(evaluator(bound)(Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name))))).toEqual(evaluator(term)(given))
      }),
      { numRuns: 1500 },
    )
  })

  test.each([
    ['user.region == address.city', '"N" == address.city'],
    ['user.name == "Grace" && vip', 'vip'],
    ['user.name == "Bob" && vip', 'false'],
    ['user.regions.exists(r, name.startsWith(r))', 'name.startsWith("N") || name.startsWith("S")'],
    ['user.teams.exists(t, t.lead && t.city == address.city)', '"Oslo" == address.city'],
    ['user.teams.all(t, t.city != name)', '"Oslo" != name && "Bergen" != name'],
    ['address.city in user.regions', 'address.city in ["N", "S"]'],
    ['address.city in user.teams.map(t, t.city)', 'address.city in ["Oslo", "Bergen"]'],
    ['orders.exists(o, o.number == user.name)', 'orders.exists(o, o.number == "Grace")'],
    ['user == null || vip', 'vip'],
    ['user.teams.filter(t, t.lead).size() > 1 || vip', 'vip'],
    ['coalesce(user.name, name) == "Grace"', 'true'],
    ['(user.region == "S" ? age : balance) > 1', 'balance > 1'],
  ])('makes of %s: %s', (source, expected) => {
    expect(print(bind(check(source, shop, 'boolean'), { user: ada['user'] }))).toBe(expected)
  })

  test('a known name of which nothing was handed in is null', () => {
    expect(print(bind(check('user.region == address.city', shop), { user: null }))).toBe('null == address.city')
    expect(print(bind(check('user.teams.exists(t, t.city == name)', shop), { user: null }))).toBe('false')
  })

  test('leaves alone what a fold names as something known is named', () => {
    expect(print(bind(check('orders.exists(o, o.paid)', shop), { o: { paid: true } }))).toBe('orders.exists(o, o.paid)')
  })

  test('many known elements are bound quickly', () => {
    const teams = Array.from({ length: 20_000 }, (_, index) => ({ city: `c${index}` }))
    const began = performance.now()
    expect(bind(check('user.teams.exists(t, t.city == name)', shop), { user: { teams } })).toMatchObject({ op: 'or', of: { length: 20_000 } })
    expect(performance.now() - began).toBeLessThan(2000)
  })

  test('refuses to count what is known by what is not', () => {
    expect(() => bind(check('user.teams.filter(t, t.city == name).size() > 1', shop), { user: ada['user'] })).toThrow(/^Bind "size\(user\.teams\.filter\(t, t\.city == name\)\)": its elements are known and its condition is not/)
  })
})

describe('filter()', () => {
  test.each([
    'age >= 18 && name.startsWith("A") || !(vip == active)',
    'balance * 2 + age - 1 > 100',
    'address.city in ["Oslo", "Bergen"]',
    '"new" in tags',
    'born + duration("1d") < date("2026-01-01")',
    'year(born) == 2000',
    'size(trim(name)) > 1 && coalesce(age, 0) > 1',
    'orders.filter(o, o.paid).map(o, o.total).sum() > 100',
    'orders.all(o, o.lines.exists(l, l.amount > 1))',
    'created > instant(date("2026-01-01"), time("00:00"), "Europe/Oslo")',
    'lower(user.name) == name',
    'age > 1e-30 && age < 1e34',
  ])('lets %s pass', (source) => {
    const condition = check(source, shop, 'boolean')
    expect(filter(condition, { user: ada['user'] })).toEqual(bind(condition, { user: ada['user'] }))
  })

  test.each([
    ['active && age / balance > 1', 'age / balance'],
    ['lower(name) == "ada"', 'lower(name)'],
    ['date(created, "Europe/Oslo") == born', 'date(created, "Europe/Oslo")'],
    ['tags.exists(t, t.startsWith("a"))', 'tags.exists(t, t.startsWith("a"))'],
    ['"A1" in orders.map(o, o.number)', 'orders.map(o, o.number)'],
    ['orders.exists(o, round(o.total) == 1)', 'round(o.total)'],
    ['age < 1e300', `1${'0'.repeat(300)}`],
    ['age > 1e-39', `0.${'0'.repeat(38)}1`],
    ['age + 0 == 1e-31', `0.${'0'.repeat(30)}1`],
    ['age - 1e35 < 0', `1${'0'.repeat(35)}`],
  ])('refuses %s because of %s', (source, part) => {
    expect(() => filter(check(source, shop, 'boolean'))).toThrow(ExpressionError)
    expect(() => filter(check(source, shop, 'boolean'))).toThrow(`: databases do not compute ${JSON.stringify(part)} as memory does`)
  })

  test.each(['a\0', '\ud800', '\udc00a'])('refuses %j, which no database holds', (name) => {
    expect(() => filter(check('name == user.name', shop), { user: { name } })).toThrow('databases do not compute')
  })
})
