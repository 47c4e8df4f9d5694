import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attributeNamePattern } from '../src/attribute-schema.ts'
import { plural, singular } from '../src/introspect/plural.ts'
import { attributeName, className, freeName, wordsOf } from '../src/introspect/words.ts'
import { inline, line } from '../src/introspect/yaml-text.ts'
import { Mistakes } from '../src/mistake.ts'
import { readYaml } from '../src/yaml-file.ts'

test.each([
  ['OrderID', 'orderId'], ['ORDER_ID', 'orderId'], ['order details', 'orderDetails'], ['HTTPServerName', 'httpServerName'], ['Adresse2', 'adresse2'], ['2FA', 'n2fa'],
  ['KUNDEN_ÅR', 'kundenAar'], ['Straße', 'strasse'], ['Größe', 'groesse'], ['kjøpsbeløp', 'kjoepsbeloep'], ['Ærlig', 'aerlig'], ['crème brûlée', 'cremeBrulee'], ['function', 'functionValue'], ['in', 'inValue'],
])('the attribute of column %s is %s', (column, attribute) => {
  expect(attributeName(wordsOf(column))).toBe(attribute)
})

test.each([['category', 'categories'], ['address', 'addresses'], ['box', 'boxes'], ['day', 'days'], ['status', 'statuses'], ['person', 'people'], ['house', 'houses'], ['purchase', 'purchases'], ['database', 'databases'], ['branch', 'branches'], ['invoice', 'invoices'], ['movie', 'movies'], ['index', 'indices'], ['series', 'series'], ['cause', 'causes']])('one %s, many %s', (one, many) => {
  expect([plural(one), singular(many), singular(one), plural(many)]).toEqual([many, one, one, many])
})

test('whatever a column is called, its attribute has a name that is allowed, and no two have the same', () => {
  const allowed = new RegExp(attributeNamePattern)
  fc.assert(fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 80 }), { maxLength: 20 }), (columns) => {
    const taken = new Set<string>()
    for (const [index, column] of columns.entries()) {
      const name = freeName([attributeName(wordsOf(column)), `attribute${index + 1}`], taken)
      expect(name).toMatch(allowed)
      expect(taken.has(name)).toBe(false)
      taken.add(name)
      const object = className(wordsOf(column))
      if (object !== undefined) expect(object).toMatch(/^[A-Z][A-Za-z0-9]{0,62}$/)
    }
  }))
})

test('whatever a database says, the files say the same', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((one) => one.isWellFormed())
  fc.assert(fc.property(text, fc.option(text, { nil: undefined }), text, (value, note, key) => {
    const written = `${line({ key, value: { of: [value, key], at: value }, note })}\n`
    expect(written.split('\n')).toHaveLength(2)
    expect(readYaml('x.yaml', written, new Mistakes())?.value).toEqual({ [key]: { of: [value, key], at: value } })
  }))
  expect([inline('yes'), inline('1.5'), inline('a: b'), inline('Order Details'), inline([1, true])]).toEqual(['"yes"', '"1.5"', '"a: b"', 'Order Details', '[1, true]'])
})
