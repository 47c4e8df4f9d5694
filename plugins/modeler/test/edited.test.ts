import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { codeFrom } from '../../../test/failures.ts'
import { crmFiles, crmTables } from './crm.ts'
import { openModel, runSql } from './harness.ts'

const soon = { timeout: 10_000, interval: 20 }

async function edited(files: Readonly<Record<string, string>> = {}) {
  const opened = await openModel(crmTables, { ...crmFiles, ...files })
  const write = (path: string, text: string): void => {
    const file = join(dirname(opened.file), path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const count = async (name: string): Promise<number> => (await opened.objects.count({ class: name }, opened.call())).count
  return { ...opened, write, count }
}

const link = { 'model/link.yaml': 'class: CustomerTag\nkey: [customer, tag]\nattributes:\n  customer: number\n  tag: number\n', 'mapping/link.yaml': 'class: CustomerTag\ntable: customer_tags\ncolumns: { customer: customer_number, tag: tag_id }\n' }

test('a class whose file is written while the modeler runs is used at once, and one without its file is gone', async () => {
  const { write, count, file } = await edited()
  expect(await codeFrom(count('CustomerTag'))).toBe('CLASS_UNKNOWN')
  for (const [path, text] of Object.entries(link)) write(path.replace('link', 'deep/link'), text)
  await vi.waitFor(async () => expect(await count('CustomerTag')).toBe(3), soon)
  rmSync(join(dirname(file), 'model/deep'), { recursive: true })
  rmSync(join(dirname(file), 'mapping/deep'), { recursive: true })
  await vi.waitFor(async () => expect(await codeFrom(count('CustomerTag'))).toBe('CLASS_UNKNOWN'), soon)
  expect(await count('Customer')).toBe(3)
})

test('a history tells what was before an attribute was renamed by its name of now', async () => {
  const tag = (attribute: string): string => `class: Tag\nkey: id\nhistory: true\nattributes:\n  id: number\n  ${attribute}\nrelations:\n  customers: { many: Customer, by: tags }\n`
  const { objects, call, write, file } = await edited({ 'model/tag.yaml': tag('name: { type: text, required: true }') })
  const key = { class: 'Tag', key: { id: 1 } }
  const change = async (attribute: string, from: string, to: string): Promise<unknown> => await objects.commit({ changes: [{ update: 'Tag', key: key.key, set: { [attribute]: to }, seen: { [attribute]: from } }] }, call())
  const history = async (): Promise<unknown> => (await objects.history(key, call())).entries.map(({ kind, before, after }) => ({ kind, before, after }))
  const past = async (version: number): Promise<unknown> => (await objects.past({ ...key, at: { version } }, call())).object
  await change('name', 'vip', 'best')
  for (const [name, was] of [['title', 'name'], ['label', '[title, name]']] as const) {
    write('mapping/tag.yaml', `class: Tag\ncolumns: { ${name}: name }\n`)
    write('model/tag.yaml', tag(`${name}: { type: text, required: true, was: ${was} }`))
    await vi.waitFor(async () => expect(await past(1)).toEqual({ id: 1, [name]: 'vip' }), soon)
    expect(await history()).toEqual([{ kind: 'updated', before: { [name]: 'vip' }, after: { [name]: 'best' } }])
  }
  runSql(file, "update tag set name = 'top' where id = 1")
  await change('label', 'top', 'first')
  expect(await history()).toEqual([{ kind: 'updated', before: { label: 'top' }, after: { label: 'first' } }, { kind: 'outside', before: { label: 'best' }, after: { label: 'top' } }, { kind: 'updated', before: { label: 'vip' }, after: { label: 'best' } }])
  expect([await past(1), await past(2)]).toEqual([{ id: 1, label: 'vip' }, { id: 1, label: 'top' }])
})

test('a file with a mistake leaves the model as it was, which health and log tell, until it is mended', async () => {
  const { objects, call, write, health, logs } = await edited()
  write('model/tag.yaml', 'class: Tag\nkey: id\nattributes:\n  id: number\n  name: txt\n')
  await vi.waitFor(async () => expect(await health()).toMatchObject({ ok: false, detail: expect.stringMatching(/^its files are not taken in: [^]*tag\.yaml:5:9 Tag\.attributes\.name: expected/) as unknown }), soon)
  expect(JSON.stringify(logs)).toMatch(/Went on with the model as it was before its files were changed/)
  expect((await objects.find({ class: 'Tag', where: 'name == "vip"', fields: [] }, call())).objects).toEqual([{ id: 1 }])
  write('model/tag.yaml', 'class: Tag\nkey: id\nattributes:\n  id: number\n  title: text\nrelations:\n  customers: { many: Customer, by: tags }\n')
  write('mapping/tag.yaml', 'class: Tag\ncolumns: { title: name }\n')
  await vi.waitFor(async () => expect((await objects.find({ class: 'Tag', where: 'title == "vip"' }, call())).objects).toEqual([{ id: 1, title: 'vip' }]), soon)
  expect(await health()).toMatchObject({ ok: true })
})

test('a folder of policies that comes later holds from then on, and one that is exchanged too', async () => {
  const { write, count, file, health } = await edited()
  expect(await count('Customer')).toBe(3)
  write('policies/met.yaml', 'topic: crm.met\nallow: {}\n')
  write('policies/customer.yaml', 'class: Customer\nallow:\n  some: { may: read, where: number < 3 }\n')
  await vi.waitFor(async () => expect(await count('Customer')).toBe(2), soon)
  write('other/customer.yaml', 'class: Customer\nallow:\n  some: { may: read, where: number == 1 }\n')
  rmSync(join(dirname(file), 'policies'), { recursive: true })
  // Nobody sees more while files are being exchanged.
  await vi.waitFor(async () => expect(await health()).toMatchObject({ ok: true, detail: 'the files of these policies are gone, which hold on until the modeler is started anew or exchanged: Customer, crm.met' }), soon)
  expect(await count('Customer')).toBe(2)
  renameSync(join(dirname(file), 'other'), join(dirname(file), 'policies'))
  await vi.waitFor(async () => expect(await count('Customer')).toBe(1), soon)
  write('policies/customer.yaml', 'class: Customer\nallow:\n  some: { may: read, where: number < 3 }\n')
  await vi.waitFor(async () => expect(await count('Customer')).toBe(2), soon)
})

test('what changed while another modeler was active is taken in by the one that comes after it', async () => {
  const { write, count, swap } = await edited()
  for (const [path, text] of Object.entries(link)) write(path, text)
  await swap()
  await vi.waitFor(async () => expect(await count('CustomerTag')).toBe(3), soon)
})
