import { check, ExpressionError, parse, print } from '@caruso/expression'
import type { Expression, Scalar } from '@caruso/expression'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shop } from './shop.ts'
import { expressions } from './expressions.ts'

test('every part has its place', () => {
  expect(parse('a &&\n  b.c(1)')).toEqual({
    kind: 'operator',
    op: 'and',
    place: { line: 1, column: 1 },
    args: [
      { kind: 'name', name: 'a', place: { line: 1, column: 1 } },
      { kind: 'call', name: 'c', place: { line: 2, column: 3 }, args: [{ kind: 'name', name: 'b', place: { line: 2, column: 3 } }, { kind: 'constant', type: 'number', value: '1', place: { line: 2, column: 7 } }] },
    ],
  })
})

test.each([
  ['', 1, 1, 'Expected a value, a name or "(": found the end'],
  ['a &&', 1, 5, 'Expected a value, a name or "(": found the end'],
  ['a &&\n&& b', 2, 1, 'Expected a value, a name or "(": found "&&"'],
  ['(a', 1, 3, 'Expected ")": found the end'],
  ['[a', 1, 3, 'Expected "]": found the end'],
  ['a ? b', 1, 6, 'Expected ":": found the end'],
  ['a b', 1, 3, 'Expected an operator or the end: found "b"'],
  ['a = b', 1, 3, 'Expected "==": found "="'],
  ['a..b', 1, 3, 'Expected a name: found "."'],
  ['"abc', 1, 1, 'Expected a closing quote: found the end'],
  ['"abc\n"', 1, 5, 'Expected a closing quote: found the end of the line'],
  ['if', 1, 1, 'Expected a name: "if" is a reserved word'],
  ['__proto__ == 1', 1, 1, 'Expected a name: "__proto__" is a reserved word'],
  ['"\\q"', 1, 2, 'Invalid escape sequence: \\q: found "\\\\q"'],
  ['a.exists(1, b)', 1, 10, 'Expected the name that each element gets: found "1"'],
  ['beløp > 1', 1, 4, 'Expected a name of the letters a to z, digits and "_": found "ø"'],
  ['{"a": 1}', 1, 1, 'there are no maps'],
  ['a[0]', 1, 1, 'lists have no positions; ask with "in", exists or all'],
  ['b"a"', 1, 1, 'there are neither bytes nor unsigned integers'],
  ['a == 1u', 1, 6, 'there are neither bytes nor unsigned integers'],
  ['Foo{a: 1}', 1, 4, 'Expected an operator or the end: found "{"'],
  ['a == "\\x00"', 1, 6, 'no database holds half a surrogate pair or the character U+0000'],
  ['a == "\ud800"', 1, 6, 'no database holds half a surrogate pair or the character U+0000'],
  ['1e999', 1, 1, 'Invalid number: Infinity: found "1e999"'],
])('refuses %j', (source, line, column, message) => {
  expect(() => parse(source)).toThrow(expect.objectContaining({ name: 'ExpressionError', code: 'EXPRESSION_SYNTAX', message: expect.stringContaining(message), details: { line, column } }))
})

describe('hostile sources end quickly with a clear error', () => {
  const deep = /nested in more than 100 levels/
  test.each<[string, string, RegExp]>([
    ['1 MB of text', 'a'.repeat(1_000_000), /at most 10000 are allowed/],
    ['brackets', `${'('.repeat(4000)}a${')'.repeat(4000)}`, deep],
    ['lists', `${'['.repeat(4000)}a${']'.repeat(4000)}`, deep],
    ['negations', `${'!'.repeat(1500)}a`, deep],
    ['more negations', `${'!'.repeat(9000)}a`, /parts|levels/],
    ['a chain of sums', `a${'+a'.repeat(900)}`, deep],
    ['a chain of members', `a${'.a'.repeat(900)}`, deep],
    ['conditionals', `${'a?a:'.repeat(900)}a`, deep],
    ['calls', `${'size('.repeat(900)}a${')'.repeat(900)}`, deep],
    ['parts', `a${'&&a'.repeat(2000)}`, /more than 2000 parts/],
    ['arguments', `coalesce(a${',a'.repeat(40)})`, /32 arguments of one call/],
    ['digits', '9'.repeat(9999), /at most 38 digits/],
    ['elements of elements', `${'tags.exists(t, '.repeat(20)}true${')'.repeat(20)}`, /the name is taken/],
  ])('%s', (_, source, message) => {
    const began = performance.now()
    expect(() => check(source, { names: { a: 'boolean', tags: { list: 'text' } } })).toThrow(expect.objectContaining({ name: 'ExpressionError', message: expect.stringMatching(message) }))
    expect(performance.now() - began).toBeLessThan(500)
  })

  test('a long chain of conditions is one level', () => {
    expect(parse(`a${' && a'.repeat(900)}`)).toMatchObject({ op: 'and', args: { length: 901 } })
  })

  test('whatever is written is parsed or refused by one of our errors', () => {
    const piece = fc.constantFrom(...'a 1 1.5 "x" null true in ( ) [ ] { } . , ? : + - * / % ! && || == != < <= > >= size exists __proto__ constructor // \n \u{1F600} \\ \' r" b" 0x 1e5u'.split(' '))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }), fc.array(piece).map((all) => all.join(' ')), fc.array(piece).map((all) => all.join(''))), (source) => {
        try {
          check(source, shop)
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError)
        }
      }),
      { numRuns: 1500 },
    )
  })
})

describe('print()', () => {
  test.each([
    ['a-(b-c)-d', 'a - (b - c) - d'],
    ['(a+b)*c/(d*e)', '(a + b) * c / (d * e)'],
    ['(a||b)&&c||d', '(a || b) && c || d'],
    ['a && (b && c)', 'a && b && c'],
    ['(a?b:c)?d:e?f:g', '(a ? b : c) ? d : e ? f : g'],
    ['!(a==b)', '!(a == b)'],
    ['-(-a)', '--a'],
    ['(a+b).contains("x\\n\\"")', '(a + b).contains("x\\n\\"")'],
    ['startsWith(a,b)', 'a.startsWith(b)'],
    ['a.size()', 'size(a)'],
    ["'it''s'" .replace("''", ''), '"its"'],
    ['a in [1,2,]', 'a in [1, 2]'],
    ['a // why\n+ b', 'a + b'],
  ])('writes %s as %s', (source, printed) => {
    expect(print(parse(source))).toBe(printed)
  })

  test('what is printed is parsed to the same', () => {
    fc.assert(
      fc.property(expressions.any, (source) => {
        expect(placeless(parse(print(parse(source))))).toEqual(placeless(parse(source)))
      }),
      { numRuns: 500 },
    )
  })

  test('a term that is printed is checked to the same', () => {
    fc.assert(
      fc.property(expressions.any, (source) => {
        const term = check(source, shop)
        expect(check(print(term), shop, term.type as Scalar)).toEqual(term)
      }),
      { numRuns: 500 },
    )
  })
})

function placeless(expression: Expression): unknown {
  return JSON.parse(JSON.stringify(expression, (key, value: unknown) => (key === 'place' ? undefined : value)))
}
