import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel } from './harness.ts'

describe('a condition in the expression language', () => {
  test.each<[string, readonly string[]]>([
    ['name == "Ada"', ['Ada']],
    ['active', ['Ada', 'Çelik']],
    ['!active || status == "client"', ['Bea']],
    ['status in ["lead"] && email != null', ['Ada']],
    ['credit.amount > 999.5', ['Ada']],
    ['credit == null', ['Bea']],
    ['home.city.startsWith("B")', ['Bea']],
    ['home != null && home.street == null', ['Bea']],
    ['recruiter == null', ['Ada']],
    ['recruiter.name == "Ada" && name.size() > 3', ['Çelik']],
    ['profile != null', ['Ada']],
    ['profile.note.contains("lot")', ['Ada']],
    ['contacts.exists(c, c.rating >= 3)', ['Bea']],
    ['contacts.size() == 2', ['Ada']],
    ['contacts.map(c, c.rating).sum() > 1', ['Ada', 'Bea']],
    ['contacts.all(c, c.rating != null)', ['Bea', 'Çelik']],
    ['tags.exists(t, t.name == "vip")', ['Ada', 'Çelik']],
    ['tags.exists(t, t.name == "vip" && t.customers.exists(c, c.name == "Ada")) && recruiter != null', ['Çelik']],
    ['recruits.exists(r, r.recruiter.recruiter == null && r.home.city == "Bergen")', ['Ada']],
    ['recruiter.contacts.exists(c, c.customer.name == "Ada" && c.rating < 2)', ['Bea', 'Çelik']],
  ])('%s', async (where, expected) => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const found = await objects.find({ class: 'Customer', where, fields: ['name'] }, call())
    expect(found.objects.map((object) => object['name'])).toEqual(expected)
    expect(await objects.count({ class: 'Customer', where }, call())).toEqual({ count: expected.length })
  })

  test('goes with pages, orders, related objects and figures', async () => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const request = { class: 'Customer', where: 'contacts.size() > 0', order: [{ attribute: 'recruiter.name', desc: true }], limit: 1, fields: ['name'], with: { contacts: { where: 'rating != null', fields: ['name'] } } }
    const first = await objects.find(request, call())
    const second = await objects.find({ ...request, after: first.next ?? '' }, call())
    expect([...first.objects, ...second.objects]).toMatchObject([{ name: 'Bea', contacts: [{ name: 'Ola' }] }, { name: 'Ada', contacts: [{ name: 'Per' }] }])
    expect(second.next).toBeNull()
    expect(await objects.aggregate({ class: 'Contact', where: 'customer.active', group: ['customer'], figures: { n: { fn: 'count' } } }, call())).toEqual({ groups: [{ customer: 1, n: 2 }] })
  })

  test.each<[string, string, string]>([
    ['an unknown name', 'nmae == "x"', 'Read the condition "nmae == \\"x\\"" over class "Customer": Line 1, column 1: Unknown name "nmae" (did you mean "name"?)'],
    ['what is no condition', 'name', 'Read the condition "name" over class "Customer": Line 1, column 1: Expected boolean: found text'],
    ['what databases compute otherwise', 'credit.amount / 3 > 1', 'Read the condition "credit.amount / 3 > 1" over class "Customer": Make a filter of "credit.amount / 3 > 1": databases do not compute "credit.amount / 3" as memory does'],
    ['a column with a form of its own', 'born > date("1900-01-01")', 'Used "born" in an expression: its column holds the values in a form of its own'],
  ])('refuses %s', async (_case, where, message) => {
    const { objects, call } = await openModel(crmTables, crmFiles)
    const error = await errorFrom(objects.find({ class: 'Customer', where }, call()))
    expect([error.code, error.message]).toEqual(['REQUEST_INVALID', message])
  })
})
