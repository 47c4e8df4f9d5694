import { describe, expect, test } from 'vitest'
import { errorFrom } from '../../../test/failures.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel, type Opened } from './harness.ts'

const strange = `${crmTables}
  create table caller (id integer primary key, number text);
  insert into contact (id, customer_kdnr, name) values (4, 1, '=HYPERLINK("http://x")'), (5, 1, '-12,5'), (6, 1, 'two
lines; "quoted", all'), (7, 1, '');
  insert into caller values (1, '+47 22 33-44'), (2, '=1+1'), (3, '＝1+1'), (4, '
=1+1'), (5, '－1+a');`

async function exported({ objects, call }: Opened, request: object): Promise<string> {
  let text = ''
  for await (const piece of objects.export({ class: 'Contact', format: 'csv', ...request } as never, call())) text += piece.text
  return text
}

describe('an export', () => {
  test('has a column for each part of what has parts, and null is not the text without characters', async () => {
    const opened = await openModel(crmTables, crmFiles)
    expect(await exported(opened, { class: 'Customer', order: [{ attribute: 'number' }], columns: ['number', 'active', 'born', 'credit', 'home.city', 'channels', 'recruiter'] })).toBe(
      ['number,active,born,credit.amount,credit.currency,home.city,channels,recruiter', '1,true,1815-12-10,1000.5,EUR,Oslo,phone; chat,', '2,false,,,,Bergen,,1', '3,true,1990-02-01,0,NOK,,"",1', ''].join('\r\n'),
    )
  })

  test('follows relations to one, and keeps the reference beside what it leads to', async () => {
    const opened = await openModel(crmTables, crmFiles)
    expect(await exported(opened, { where: 'rating != null', order: [{ attribute: 'id' }], columns: ['id', 'customer', 'customer.name', 'customer.recruiter.name', 'customer.profile.note'] })).toBe(
      ['id,customer,customer.name,customer.recruiter.name,customer.profile.note', '1,1,Ada,,reads a lot', '3,2,Bea,Ada,', ''].join('\r\n'),
    )
  })

  test('is exact for programs, and guarded against formulas for spreadsheets', async () => {
    const opened = await openModel(strange, crmFiles)
    const request = { where: 'id > 3', order: [{ attribute: 'id' }], columns: ['id', 'name'] }
    const quoted = '6,"two\nlines; ""quoted"", all"'
    expect(await exported(opened, request)).toBe(['id,name', '4,"=HYPERLINK(""http://x"")"', '5,"-12,5"', quoted, '7,""', ''].join('\r\n'))
    expect(await exported(opened, { ...request, spreadsheet: true, separator: ';' })).toBe(['\uFEFFid;name', `4;"'=HYPERLINK(""http://x"")"`, '5;-12,5', quoted.replace(',', ';'), '7;""', ''].join('\r\n'))
    const calls = await openModel(strange, { ...crmFiles, 'model/caller.yaml': 'class: Caller\nkey: id\nattributes: { id: number, number: telephone }' })
    expect(await exported(calls, { class: 'Caller', spreadsheet: true, order: [{ attribute: 'id' }] })).toBe("\uFEFFid,number\r\n1,+47 22 33-44\r\n2,'=1+1\r\n3,'＝1+1\r\n4,\"'\n=1+1\"\r\n5,'－1+a\r\n")
  })

  test('is one JSON object a line', async () => {
    const opened = await openModel(strange, crmFiles)
    const lines = (await exported(opened, { format: 'jsonl', order: [{ attribute: 'id' }], columns: ['id', 'rating', 'customer.credit'] })).trimEnd().split('\n')
    expect(lines.slice(0, 2).map((line) => JSON.parse(line) as unknown)).toEqual([{ id: 1, rating: '1.5', 'customer.credit.amount': '1000.5', 'customer.credit.currency': 'EUR' }, { id: 2, rating: null, 'customer.credit.amount': '1000.5', 'customer.credit.currency': 'EUR' }])
    expect(lines).toHaveLength(7)
  })

  test('has only the columns and objects that its caller sees', async () => {
    const policy = 'class: Customer\nallow:\n  all: { may: read, where: number < 3 }\nattributes:\n  email: { see: mail }\n  channels: { see: mail }\n  home: { see: mail }\n  recruiter: { see: mail }\n  credit: { see: mail }\n  born: { see: mail }\n  status: { see: mail }\n'
    const opened = await openModel(crmTables, { ...crmFiles, 'policies/customer.yaml': policy })
    expect(await exported(opened, { class: 'Customer' })).toBe('number,name,active\r\n1,Ada,true\r\n2,Bea,false\r\n')
    expect((await errorFrom(exported(opened, { class: 'Customer', columns: ['recruiter.name'] }))).code).toBe('ATTRIBUTE_HIDDEN')
  })

  test.each([
    ['an attribute that there is not', { columns: ['nmae'] }, 'ATTRIBUTE_UNKNOWN', 'Looked up attribute "nmae" of class "Contact": there is none (did you mean "name"?)'],
    ['a relation to many', { class: 'Customer', columns: ['contacts.name'] }, 'REQUEST_INVALID', 'Exported "contacts.name" of class "Customer": "contacts" leads to many objects'],
  ])('refuses %s', async (_case, request, code, message) => {
    const error = await errorFrom(exported(await openModel(crmTables, crmFiles), request))
    expect([error.code, error.message]).toEqual([code, message])
  })
})
