import { copyFile, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workshop } from './fixtures/contracts.ts'
import { Intrusion } from './fixtures/intruder.ts'
import { consumer, spec } from '../../../test/hosts.ts'
import { customersPlugin, fixture, openHost } from './workshop.ts'

const timeout = 60_000
const packages = new URL('../..', import.meta.url).pathname
const dependencies = { library: '*', linked: '*', project: '*', '../../../.caruso/secrets': '*', missing: '*' }
let project: string

/** A project with an assembly in it, which is linked as npm links workspaces: a way to its secrets. */
beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'caruso-permissions-')))
  await write('.caruso/secrets/TOKEN', 'secret')
  await write('.caruso/secrets/package.json', '{"name":"secrets"}')
  await write('assembly.yaml', 'assembly: test')
  await write('package.json', '{"name":"project"}')
  for (const library of ['node_modules/library', 'node_modules/unnamed', 'workspaces/linked']) await write(`${library}/package.json`, JSON.stringify({ name: library }))
  await mkdir(join(project, 'node_modules/@caruso'))
  for (const [name, target] of [['project', project], ['linked', join(project, 'workspaces/linked')], ['@caruso/contract', join(packages, 'contract')], ['@caruso/kernel', join(packages, 'kernel')]] as const) {
    await symlink(target, join(project, 'node_modules', name))
  }
  for (const entry of entries()) {
    await write(join(dirname(entry), 'package.json'), JSON.stringify({ name: 'intruder', type: 'module', dependencies }))
    await copyFile(fixture('intruder'), join(project, entry))
  }
})

afterAll(async () => await rm(project, { recursive: true }))

describe.each([
  ['a source checkout', () => fixture('intruder')],
  ['the versions of an assembly', () => join(project, entries()[0] ?? '')],
  ['an installed package', () => join(project, entries()[1] ?? '')],
])('an isolated process from %s', { timeout }, (_place, entry) => {
  test('can touch no file but its code, and start nothing', async () => {
    const { host, bus, call } = openHost()
    await host.startAll([spec('intruder', entry(), { isolation: 'process' }), spec('customers', customersPlugin()), spec('neighbour', fixture('workshop'), { isolation: 'process' })])
    const attempt = async (how: 'read' | 'list' | 'write' | 'run' | 'thread', path = ''): Promise<string> => await bus.client(Intrusion, consumer).attempt({ how, path }, call())
    const own = dirname(entry())
    const secrets = ['.caruso/secrets/TOKEN', 'node_modules/project/.caruso/secrets/TOKEN', 'assembly.yaml', 'node_modules/project/assembly.yaml', 'node_modules/unnamed/package.json'].map((path) => join(project, path))
    for (const path of ['/etc/passwd', '/proc/self/environ', ...secrets]) expect([path, await attempt('read', path)]).toEqual([path, 'ERR_ACCESS_DENIED'])
    for (const path of [project, join(project, 'node_modules'), tmpdir(), '.']) expect([path, await attempt('list', path)]).toEqual([path, 'ERR_ACCESS_DENIED'])
    for (const path of [join(own, 'new'), join(tmpdir(), 'new'), entry()]) expect([path, await attempt('write', path)]).toEqual([path, 'ERR_ACCESS_DENIED'])
    expect([await attempt('run'), await attempt('thread')]).toEqual(['ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED'])
    expect(await attempt('list', own)).toBe('done')
    expect(await readdir(own)).not.toContain('new')
    expect(await bus.client(Workshop, consumer).echo({ text: 'Ada' }, call())).toBe('Hello Ada')
  })
})

test('an isolated process reads the packages that its own names, wherever they lie', { timeout }, async () => {
  const { host, bus, call, lines } = openHost()
  await host.startAll([spec('intruder', join(project, entries()[0] ?? ''), { isolation: 'process' })])
  for (const path of ['node_modules/library', 'node_modules/linked', 'workspaces/linked']) expect(await bus.client(Intrusion, consumer).attempt({ how: 'list', path: join(project, path) }, call())).toBe('done')
  expect(lines).toEqual([])
})

test('what became an assembly since it was depended on is read by no further process', { timeout }, async () => {
  const { host, bus, call } = openHost()
  const [entry = ''] = entries()
  // What one package names that another names is remembered.
  await write('node_modules/library/package.json', JSON.stringify({ name: 'library', dependencies: { linked: '*' } }))
  const read = async (): Promise<string> => await bus.client(Intrusion, consumer).attempt({ how: 'read', path: join(project, 'workspaces/linked/package.json') }, call())
  await host.startAll([spec('intruder', join(project, entry), { isolation: 'process' })])
  expect(await read()).toBe('done')
  await write('workspaces/linked/.caruso/secrets/TOKEN', 'secret')
  try {
    const next = await host.load(spec('intruder', join(project, entry), { isolation: 'process' }))
    await next.start()
    const previous = host.active('intruder')
    await host.switchTo(next, previous && { previous })
    expect(await read()).toBe('ERR_ACCESS_DENIED')
    await previous?.dispose()
  } finally {
    await rm(join(project, 'workspaces/linked/.caruso'), { recursive: true })
  }
})

test('an isolated process reads and writes in its data folder and in no other', { timeout }, async () => {
  const { host, bus, call } = openHost()
  for (const component of ['intruder', 'neighbour']) await write(`.caruso/data/${component}/old`, '')
  await host.startAll([spec('intruder', fixture('intruder'), { isolation: 'process', data: join(project, '.caruso/data/intruder') })])
  const attempt = async (how: 'read' | 'write', path: string): Promise<string> => await bus.client(Intrusion, consumer).attempt({ how, path: `${project}/${path}` }, call())
  expect([await attempt('read', '.caruso/data/intruder/old'), await attempt('write', '.caruso/data/intruder/new')]).toEqual(['done', 'done'])
  for (const path of ['.caruso/data/neighbour/old', '.caruso/data/intruder/../neighbour/new', '.caruso/secrets/TOKEN', '.caruso/data/intruders']) {
    expect([path, await attempt('read', path), await attempt('write', path)]).toEqual([path, 'ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED'])
  }
})

test('an isolated process reads what its assembly names, and writes nothing there', { timeout }, async () => {
  const { host, bus, call } = openHost()
  for (const path of ['lists/deep/codes.txt', 'lists-of-others/codes.txt', 'terms.txt']) await write(path, '')
  await host.startAll([spec('intruder', fixture('intruder'), { isolation: 'process', reads: ['lists', 'terms.txt', 'missing'].map((path) => join(project, path)) })])
  const attempt = async (how: 'read' | 'list' | 'write', path: string): Promise<string> => await bus.client(Intrusion, consumer).attempt({ how, path: join(project, path) }, call())
  expect([await attempt('list', 'lists'), await attempt('read', 'lists/deep/codes.txt'), await attempt('read', 'terms.txt')]).toEqual(['done', 'done', 'done'])
  for (const path of ['lists/new', 'lists/deep/codes.txt', 'terms.txt']) expect([path, await attempt('write', path)]).toEqual([path, 'ERR_ACCESS_DENIED'])
  for (const path of ['lists-of-others/codes.txt', '.caruso/secrets/TOKEN']) expect([path, await attempt('read', path)]).toEqual([path, 'ERR_ACCESS_DENIED'])
})

test('a plugin that lies where its assembly lies reads neither secrets nor what is hidden', { timeout }, async () => {
  const { host, bus, call } = openHost()
  await write('src/index.ts', '')
  await copyFile(fixture('intruder'), join(project, 'src/index.ts'))
  await write('package.json', JSON.stringify({ name: 'project', type: 'module', dependencies }))
  await write('.env', 'TOKEN=secret')
  await host.startAll([spec('intruder', join(project, 'src/index.ts'), { isolation: 'process' })])
  for (const path of ['.env', '.caruso/secrets/TOKEN', 'node_modules/project/.env']) expect(await bus.client(Intrusion, consumer).attempt({ how: 'read', path: join(project, path) }, call())).toBe('ERR_ACCESS_DENIED')
})

function entries(): string[] {
  return ['.caruso/plugins/intruder/1.0.0/index.ts', 'node_modules/intruder/index.js']
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, path)), { recursive: true })
  await writeFile(join(project, path), text)
}
