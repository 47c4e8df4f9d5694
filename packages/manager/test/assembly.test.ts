import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mistakeAt, readAssembly, redact } from '../src/assembly.ts'
import { lineOf } from '../src/errors.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caruso-assembly-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function read(text: string, env: Record<string, string> = {}) {
  await writeFile(join(folder, 'assembly.yaml'), text)
  return readAssembly(folder, { env })
}

async function secret(name: string, value: string, mode = 0o600) {
  await mkdir(join(folder, '.caruso', 'secrets'), { recursive: true })
  await writeFile(join(folder, '.caruso', 'secrets', name), value)
  await chmod(join(folder, '.caruso', 'secrets', name), mode)
}

const withConfig = (config: string) => `assembly: orders\ncomponents:\n  a:\n    plugin: ./a\n    config:\n${config}`

test('readAssembly() fills in defaults', async () => {
  const { name, components, nats, folder: read_ } = await read('assembly: orders\ncomponents:\n  storage:\n    plugin: "@caruso/storage"\n')
  expect(name).toBe('orders')
  expect(read_).toBe(folder)
  expect({ ...components }).toEqual({ storage: { plugin: '@caruso/storage', version: '*', isolation: 'inline', host: 'main', permissions: [], reads: [], config: {} } })
  expect(nats).toBeUndefined()
})

test('readAssembly() reads every key', async () => {
  const { components, nats } = await read(
    'assembly: orders\ncomponents:\n  erp:\n    plugin: ./erp\n    version: ^1.0.0 || 2.x\n    isolation: process\n    host: warehouse\n    permissions: [storage.sql, manage]\n    reads: [lists, texts/en.json]\n    config: { a: [1, true, null, "x"] }\nnats: { url: "nats://example.com:4222", tokenFile: secrets/token }\n',
  )
  expect(components['erp']).toEqual({ plugin: './erp', version: '^1.0.0 || 2.x', isolation: 'process', host: 'warehouse', permissions: ['storage.sql', 'manage'], reads: ['lists', 'texts/en.json'], config: { a: [1, true, null, 'x'] } })
  expect(nats).toEqual({ url: 'nats://example.com:4222', tokenFile: join(folder, 'secrets', 'token') })
})

test('a component is not found under a name that every object has', async () => {
  const { components } = await read('assembly: orders\ncomponents: {}\n')
  expect(components['constructor']).toBeUndefined()
})

test('${env:NAME} takes the variable, and its default where that is missing or empty', async () => {
  const { components } = await read(withConfig('      a: "x ${env:A} y"\n      b: "${env:B:-two words: {}"\n      c: "${env:C:-}"\n      d: "${env:D:-d}"\n'), { A: '1', D: '' })
  expect(components['a']?.config).toEqual({ a: 'x 1 y', b: 'two words: {', c: '', d: 'd' })
})

test('an unquoted ${env:NAME} means what YAML would read in its place, a quoted one stays text', async () => {
  const { components } = await read(withConfig('      port: ${env:PORT}\n      text: "${env:PORT}"\n      on: ${env:ON:-true}\n      part: ${env:PORT}0\n      id: ${env:LONG}\n      zip: ${env:ZIP}\n'), {
    PORT: '80',
    LONG: '12345678901234567890',
    ZIP: '01234',
  })
  expect(components['a']?.config).toEqual({ port: 80, text: '80', on: true, part: '800', id: '12345678901234567890', zip: '01234' })
})

test('a variable cannot bring structure or further references', async () => {
  const { components } = await read(withConfig('      a: ${env:A}\n      b: ${env:B}\n'), { A: '{ x: 1 }', B: '${secret:S}' })
  expect(components['a']?.config).toEqual({ a: '{ x: 1 }', b: '${secret:S}' })
})

test('$${ stands for ${', async () => {
  const { components } = await read(withConfig('      a: $${env:A} $$x $\n'))
  expect(components['a']?.config).toEqual({ a: '${env:A} $$x $' })
})

test('a secret comes from its file, before the environment', async () => {
  await secret('FILE', 'from file\n')
  const { components } = await read(withConfig('      a: ${secret:FILE}\n      b: ${secret:ENV}\n'), { CARUSO_SECRET_FILE: 'no', CARUSO_SECRET_ENV: 'from env' })
  expect(components['a']?.config).toEqual({ a: 'from file', b: 'from env' })
})

test('redact() shows •••• in place of secrets, wherever they stand', async () => {
  const assembly = await read(withConfig('      list: [x, "${secret:S}"]\n      url: postgres://u:${secret:S}@host/db\n      "a/b~c": { d: "${secret:S}" }\n      e: &e { f: "${secret:S}" }\n      g: *e\n'), { CARUSO_SECRET_S: 'hunter2' })
  const shown = redact(assembly, 'a')
  expect(shown).toEqual({ list: ['x', '••••'], url: 'postgres://u:••••@host/db', 'a/b~c': { d: '••••' }, e: { f: '••••' }, g: { f: '••••' } })
  expect(assembly.components['a']?.config['url']).toBe('postgres://u:hunter2@host/db')
})

test('redact() takes a configuration with defaults of the plugin filled in', async () => {
  const assembly = await read(withConfig('      a: ${secret:S}\n'), { CARUSO_SECRET_S: 'hunter2' })
  expect(redact(assembly, 'a', { a: 'hunter2', more: 1 })).toEqual({ a: '••••', more: 1 })
})

test('mistakeAt() finds the line of a mistake that the plugin found, or of the nearest key above', async () => {
  const assembly = await read(withConfig('      db:\n        port: x\n'))
  expect(lineOf('assembly.yaml', mistakeAt(assembly, '/components/a/config/db/port', 'a number', '"x"'))).toBe('assembly.yaml:7:15 components.a.config.db.port: expected a number, found "x"')
  expect(mistakeAt(assembly, '/components/a/config/db/host', 'a text', 'nothing')).toMatchObject({ line: 6, column: 7, place: 'components.a.config.db.host' })
})
