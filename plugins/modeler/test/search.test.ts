import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel } from './harness.ts'

const policy = { 'policies/customer.yaml': 'class: Customer\nallow:\n  all: { may: read, where: number < 3 }\nattributes:\n  email: { see: mail }\n  name: { see: names }' }

describe('a search', () => {
  test.each<[string, object, readonly string[]]>([
    ['the beginning of words, in capitals or not', { text: 'OSL' }, ['Ada']],
    ['words in several attributes, in any order', { text: 'oslo, ad' }, ['Ada']],
    ['letters without their accents', { text: 'cEL' }, ['Çelik']],
    ['letters with accents that are not there', { text: 'ådå' }, ['Ada']],
    ['what is within other signs', { text: 'example com' }, ['Ada']],
    ['no word within a word', { text: 'da' }, []],
    ['attributes that are named', { text: 'ada', attributes: ['home.street', 'recruiter.name'] }, ['Bea', 'Çelik']],
    ['beside a condition', { text: 'b', where: 'home.city != null' }, ['Bea']],
    ['beside a filter', { text: 'b', where: { attribute: 'name', startsWith: 'A' } }, []],
    ['signs that mean something in patterns', { text: '*a(' }, ['Ada']],
  ])('finds %s', async (_case, request, expected) => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const { objects: found } = await objects.search({ class: 'Customer', fields: ['name'], ...request } as never, call())
    expect(found.map(({ name }) => name)).toEqual(expected)
  })

  test('has pages, and is a filter like others', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const first = await objects.search({ class: 'Contact', text: 'p k', attributes: ['name', 'customer.name'], limit: 1 }, call())
    expect([first.objects, first.next]).toEqual([[], null])
    const page = await objects.search({ class: 'Contact', text: 'a', attributes: ['customer.name'], fields: ['name'], limit: 1 }, call())
    const next = await objects.search({ class: 'Contact', text: 'a', attributes: ['customer.name'], fields: ['name'], limit: 1, after: page.next ?? '' }, call())
    expect([...page.objects, ...next.objects].map(({ name }) => name)).toEqual(['Per', 'Kari'])
    expect(await objects.count({ class: 'Customer', where: { not: { or: [{ search: 'oslo' }, { expression: 'name == "Bea"' }] } } }, call())).toEqual({ count: 1 })
  })

  test('looks at nothing that its caller does not see', async () => {
    const { objects, call } = await openModel(crmTables, { ...crmFiles, ...policy })
    const found = async (text: string, ...permissions: string[]): Promise<unknown[]> => (await objects.search({ class: 'Customer', text }, call({ identity: 'x', permissions }))).objects.map(({ number }) => number)
    expect(await Promise.all([found('example'), found('example', 'mail'), found('ada'), found('ada', 'names'), found('çelik', 'names')])).toEqual([[], [1], [], [1], []])
    expect((await errorFrom(objects.search({ class: 'Customer', text: 'x', attributes: ['email'] }, call()))).code).toBe('ATTRIBUTE_HIDDEN')
  })

  test.each([
    ['no word', 'Searched for a text: it has no letter and no digit', { text: ' -' }],
    ['dates', 'Searched for words in "born": its column holds no texts as they are', { text: 'a', attributes: ['born'] }],
    ['more words than a database is asked for', 'Searched for 60 words in 5 attributes: name fewer "attributes", at most 160 divided by the number of words', { text: Array.from({ length: 60 }, (_, index) => `w${index}`).join(' ') }],
  ])('is refused for %s', async (_case, message, request) => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const error = await errorFrom(objects.search({ class: 'Customer', ...request } as never, call()))
    expect([error.code, error.message]).toEqual(['REQUEST_INVALID', message])
  })
})
