import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { caruso, carusoUntil, temporaryFolder } from '../../../test/command.ts'
import { runSql } from './harness.ts'

const assembly = (isolation: string, reads: string): string => `
assembly: crm
components:
  storage:
    plugin: "@caruso/storage"
    config: { sources: { crm: { kind: sqlite, file: data/crm.db } } }
  modeler:
    plugin: "@caruso/modeler"
    isolation: ${isolation}
    reads: ${reads}
`

test.each([['worker', '[]'], ['process', '[model, mapping, policies]']])('an assembly with isolation %s finds its files beside assembly.yaml, from wherever it is started', async (isolation, reads) => {
  const parent = temporaryFolder()
  const folder = join(parent, 'crm')
  const files = { 'assembly.yaml': assembly(isolation, reads), 'model/people/customer.yaml': 'class: Customer\nkey: number\nattributes: { number: number, name: text }', 'mapping/customer.yml': 'class: Customer\ntable: KUNDEN\ncolumns: { number: KDNR, name: NAME1 }' }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  mkdirSync(join(folder, 'data'))
  runSql(join(folder, 'data/crm.db'), "create table KUNDEN (KDNR integer primary key, NAME1 text); insert into KUNDEN values (1, 'Ada'), (2, 'Bea')")
  const up = await carusoUntil('Ready', parent, 'up', 'crm')
  const { output, errors } = await caruso(folder, '--json', 'call', 'objects.find', '{"class":"Customer","where":"name == \\"Bea\\""}')
  expect([errors, JSON.parse(output)]).toEqual(['', { objects: [{ number: 2, name: 'Bea' }], next: null }])
  up.kill('SIGTERM')
  const ended = await up.ended
  expect([ended.code, ended.errors]).toEqual([0, expect.not.stringMatching(/warning|left behind/)])
})
