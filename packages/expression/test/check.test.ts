import { check } from '@caruso/expression'
import type { Term } from '@caruso/expression'
import { expect, test } from 'vitest'
import { shop } from './shop.ts'

/** What is written, where the mistake is, and what is said of it. */
test.each([
  ['nmae == "x"', 1, 1, 'Unknown name "nmae" (did you mean "name"?)'],
  ['age > 1 &&\n  adress.city == "x"', 2, 3, 'Unknown name "adress" (did you mean "address"?)'],
  ['address.town == "x"', 1, 9, 'Address has no attribute "town"'],
  ['address.cty == "x"', 1, 9, 'Address has no attribute "cty" (did you mean "city"?)'],
  ['name.first', 1, 6, 'Read "first" of a text: only objects have attributes'],
  ['orders.total > 1', 1, 8, 'Read "total" of many Order: ask with exists, all, filter or map'],
  ['strtsWith(name, "A")', 1, 1, 'Unknown function "strtsWith" (did you mean "startsWith"?)'],
  ['name.matches("^A")', 1, 1, 'Unknown function "matches": there are no regular expressions; use startsWith, endsWith or contains'],
  ['has(address.city)', 1, 1, 'Unknown function "has": write "!= null"'],
  ['timestamp("2026-01-01T00:00:00Z")', 1, 1, 'Unknown function "timestamp": write instant("2026-01-31T10:00:00Z")'],
  ['created.getFullYear() == 2026', 1, 1, 'Unknown function "getFullYear": write year(date(…, "Europe/Oslo")), hour(time(…, "Europe/Oslo")) and so on'],
  ['and(active, vip)', 1, 1, 'Unknown function "and"'],
  ['age + name', 1, 1, 'Compute "+": expected number and number, or text and text, or date and duration, or instant and duration, or duration and duration, found number and text'],
  ['age == "1"', 1, 1, 'Compute "==": expected values of one type, found number and text'],
  ['active < vip', 1, 1, 'Compute "<": expected text and text, or number and number, or date and date, or time and time, or instant and instant, or duration and duration, found boolean and boolean'],
  ['active && born > "2026-01-01"', 1, 11, 'found date and text (a date is written date("2026-01-31"))'],
  ['size()', 1, 1, 'Compute "size": expected text, found nothing'],
  ['age && active', 1, 1, 'Expected a condition: found number'],
  ['active && (age + 1)', 1, 12, 'Expected a condition: found number'],
  ['age ? 1 : 2', 1, 1, 'Expected a condition: found number'],
  ['active ? 1 : "a"', 1, 1, 'Compute "?:": expected values of one type, found boolean and number and text'],
  ['[1, "a"] == null', 1, 5, 'Make a list of number: found text'],
  ['age in [1, "a"]', 1, 12, 'Make a list of number: found text'],
  ['age in tags', 1, 1, 'Compute "in": expected values of one type, found number and list of text'],
  ['date("2026-02-30") < born', 1, 1, 'Read "2026-02-30" as date: there is none that is written so'],
  ['created > instant("2026-01-01")', 1, 11, 'Read "2026-01-01" as instant: there is none that is written so'],
  ['duration("1y") > waited', 1, 1, 'Read "1y" as duration: there is none that is written so'],
  ['date(created, "Europe/Olso") == born', 1, 1, 'Read "Europe/Olso" as time zone: there is none of this name'],
  ['123456789012345678901234567890123456789 > age', 1, 1, 'Read a number: at most 38 digits, and exponents of three, are allowed'],
  ['1e-9999 > age', 1, 1, 'Read a number: at most 38 digits, and exponents of three, are allowed'],
  ['orders.exists(age, true)', 1, 15, 'Name each element "age": the name is taken'],
  ['orders.exists(o, o.lines.exists(o, true))', 1, 33, 'Name each element "o": the name is taken'],
  ['orders.exists(o, o.totl > 1)', 1, 20, 'Order has no attribute "totl" (did you mean "total"?)'],
  ['orders.exists(o)', 1, 1, 'Ask exists: expected a name for each element and what to ask of it, as in list.exists(x, …)'],
  ['orders.filter(o, o.paid).filter(p, p.total > 1).size() > 1', 1, 1, 'Name each element "p": the filter before names it "o", use the same'],
  ['orders.sum() > 1', 1, 1, 'Ask sum of many Order: say of what, as in list.map(x, x.amount).sum()'],
  ['tags.sum() > 1', 1, 1, 'Ask sum of a list of text: there is none'],
  ['orders.map(o, o.customer).size()', 1, 1, 'Make a list: its elements are single values, found Customer'],
  ['name.exists(n, true)', 1, 1, 'Ask exists: expected a list or a relation to many, found text'],
  ['tags.exists(a, tags.exists(b, tags.exists(c, tags.exists(d, true))))', 1, 58, 'Ask about the elements of elements: at most 3 levels are allowed'],
  ['address == user', 1, 1, 'Compute "==": expected values of one type, found Address and User'],
  ['age', 1, 1, 'Expected boolean: found number'],
  ['address', 1, 1, 'Expected boolean: found Address'],
  ['constructor == null', 1, 1, 'Unknown name "constructor"'],
  ['address.constructor == null', 1, 9, 'Address has no attribute "constructor"'],
  ['address.__proto__ == null', 1, 9, 'Address has no attribute "__proto__"'],
  ['toString()', 1, 1, 'Unknown function "toString"'],
  ['constructor(1)', 1, 1, 'Unknown function "constructor"'],
  ['address.hasOwnProperty("city")', 1, 1, 'Unknown function "hasOwnProperty"'],
])('refuses %s', (source, line, column, message) => {
  expect(() => check(source, shop, 'boolean')).toThrow(expect.objectContaining({ name: 'ExpressionError', code: 'EXPRESSION_INVALID', message: expect.stringContaining(message), details: { line, column } }))
})

test.each<[string, Term]>([
  ['age >= 18', { op: '>=', of: [{ path: ['age'], type: 'number' }, { value: '18', type: 'number' }], type: 'boolean' }],
  ['vip', { op: '==', of: [{ path: ['vip'], type: 'boolean' }, { value: true, type: 'boolean' }], type: 'boolean' }],
  ['!vip', { op: 'not', of: [{ op: '==', of: [{ path: ['vip'], type: 'boolean' }, { value: true, type: 'boolean' }], type: 'boolean' }], type: 'boolean' }],
  ['!!vip', { op: '==', of: [{ path: ['vip'], type: 'boolean' }, { value: true, type: 'boolean' }], type: 'boolean' }],
  ['address.city == null', { op: '==', of: [{ path: ['address', 'city'], type: 'text' }, { value: null, type: 'text' }], type: 'boolean' }],
  ['1 + 1 == 2 && born > date("2000-01-01")', { op: '>', of: [{ path: ['born'], type: 'date' }, { value: '2000-01-01', type: 'date' }], type: 'boolean' }],
  ['age in [1, 2]', { op: 'in', of: [{ path: ['age'], type: 'number' }, { list: [{ value: '1', type: 'number' }, { value: '2', type: 'number' }], type: { list: 'number' } }], type: 'boolean' }],
  ['orders.exists(o, o.paid)', { fold: 'exists', over: { path: ['orders'], type: { many: 'Order' } }, as: 'o', where: { op: '==', of: [{ path: ['o', 'paid'], type: 'boolean' }, { value: true, type: 'boolean' }], type: 'boolean' }, type: 'boolean' }],
])('makes a term of %s', (source, term) => {
  expect(check(source, shop, 'boolean')).toEqual(term)
})
