import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readLock, writeLock } from '../src/lock.ts'
import { PluginStore } from '../src/plugin-store.ts'
import type { AddStep } from '../src/plugin-source.ts'
import { askedByNpm, type PublishedPackage } from './npm-registry.ts'
import { pluginFolder } from './plugin-folder.ts'

let root: string
let assembly: string
let store: PluginStore
let steps: AddStep[]

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'caruso-store-')))
  assembly = join(root, 'assembly')
  await mkdir(assembly)
  store = new PluginStore(assembly)
  steps = []
})

afterEach(async () => {
  await rm(root, { recursive: true })
})

const add = (spec: string) => store.add(spec, (step) => steps.push(step))

const plugin = async (folder: string, version: string, more?: object, files?: Readonly<Record<string, string>>): Promise<string> => await pluginFolder(join(root, folder), version, more, files)

async function pack(folder: string): Promise<string> {
  const { stdout } = await promisify(execFile)('npm', ['pack', folder, '--silent', '--pack-destination', root], { cwd: root })
  return join(root, stdout.trim())
}

async function published(folder: string, manifest: PublishedPackage['manifest'] & Readonly<Record<string, unknown>>): Promise<PublishedPackage> {
  return { manifest, tarball: await readFile(await pack(await plugin(folder, manifest.version, manifest))) }
}

const withRegistry = async (packages: readonly PublishedPackage[]) => await askedByNpm(packages, join(root, 'cache'))

async function imported(range: string): Promise<unknown> {
  const { entry } = await store.resolve('@acme/erp', range)
  const module: { default: unknown } = await import(pathToFileURL(entry).href)
  return module.default
}

async function expectClean(): Promise<void> {
  expect((await readdir(join(assembly, '.caruso'))).filter((name) => name !== 'plugins')).toEqual(['changing.lock'])
}

test('add() takes in a folder without dependencies and settings, and pins it', async () => {
  const folder = await plugin('erp', '1.0.0', {}, { 'node_modules/x/index.js': '', '.caruso/x': '', '.npmrc': '', 'lib/a.js': '' })
  const added = await add(folder)
  expect(added).toMatchObject({ name: '@acme/erp', version: '1.0.0', from: '../erp', added: true, folder: join(assembly, '.caruso/plugins/@acme/erp/1.0.0') })
  expect((await readdir(added.folder)).toSorted()).toEqual(['index.js', 'lib', 'package.json'])
  expect(await readLock(assembly)).toEqual([{ name: '@acme/erp', version: '1.0.0', from: '../erp', integrity: added.integrity }])
  expect(steps.map(({ step }) => step)).toEqual(['copy', 'install'])
  expect(await imported('*')).toBe('1.0.0')
  await expectClean()
})

test('a tarball that npm packed has the integrity of its folder', async () => {
  const folder = await plugin('erp', '1.0.0')
  const packed = await add(await pack(folder))
  expect(packed).toMatchObject({ from: '../acme-erp-1.0.0.tgz', added: true })
  expect(await imported('1.0.0')).toBe('1.0.0')
  expect(await add(folder)).toEqual({ ...packed, added: false })
})

test('versions lie side by side, and resolve() takes the highest in the range', async () => {
  for (const version of ['1.0.0', '1.10.0', '1.9.0', '2.0.0', '3.0.0-rc.1']) await add(await plugin(`erp-${version}`, version))
  expect((await store.list('@acme/erp')).map(({ version }) => version)).toEqual(['3.0.0-rc.1', '2.0.0', '1.10.0', '1.9.0', '1.0.0'])
  expect(await imported('^1.0.0')).toBe('1.10.0')
  expect(await imported('*')).toBe('2.0.0')
  expect(await imported('3.0.0-rc.1')).toBe('3.0.0-rc.1')
})

test('a version never changes', async () => {
  const folder = await plugin('erp', '1.0.0')
  await add(folder)
  await writeFile(join(folder, 'index.js'), 'export default "other"\n')
  await expect(add(folder)).rejects.toMatchObject({ code: 'VERSION_IMMUTABLE', message: expect.stringMatching(/"@acme\/erp" 1\.0\.0 is pinned from "\.\.\/erp" with other content/) })
  expect(await imported('*')).toBe('1.0.0')
  await expectClean()
})

test('resolve() refuses content that was changed on disk, and add() mends it', async () => {
  const folder = await plugin('erp', '1.0.0')
  const added = await add(folder)
  await writeFile(join(added.folder, 'index.js'), 'export default "evil"\n')
  await expect(store.resolve('@acme/erp', '*')).rejects.toMatchObject({ code: 'INTEGRITY_MISMATCH' })
  expect(await add(folder)).toEqual(added)
  expect(await imported('*')).toBe('1.0.0')
})

test('what is on disk without a pin does not count, and may be replaced', async () => {
  const folder = await plugin('erp', '1.0.0')
  await add(folder)
  await writeLock(assembly, [])
  expect(await store.list('@acme/erp')).toEqual([])
  await writeFile(join(folder, 'index.js'), 'export default "again"\n')
  expect(await add(folder)).toMatchObject({ added: true })
  expect(await readFile(join(assembly, '.caruso/plugins/@acme/erp/1.0.0/index.js'), 'utf8')).toContain('again')
})

test('resolve() says what is there', async () => {
  await expect(store.resolve('@acme/erp', '^1.0.0')).rejects.toMatchObject({ code: 'PLUGIN_MISSING', message: 'Resolved plugin "@acme/erp" ^1.0.0: found no version (take one in: caruso add @acme/erp@^1.0.0)' })
  await add(await plugin('erp', '1.0.0'))
  const { folder } = await add(await plugin('erp2', '2.0.0'))
  await rm(folder, { recursive: true })
  await expect(store.resolve('@acme/erp', '^3.0.0')).rejects.toThrow('found 1.0.0 (store), 2.0.0 (pinned, but not on disk: caruso add ../erp2)')
})

describe('the project around the assembly', () => {
  test('a plugin is found in node_modules above, links followed, without a pin', async () => {
    const workspace = await plugin('plugins/erp', '1.0.0')
    await expect(store.resolve('@acme/erp', '*')).rejects.toThrow(/found no version/)
    await mkdir(join(root, 'node_modules/@acme'), { recursive: true })
    await symlink(workspace, join(root, 'node_modules/@acme/erp'))
    expect(await store.resolve('@acme/erp', '^1.0.0')).toEqual({ name: '@acme/erp', version: '1.0.0', folder: workspace, origin: 'project', entry: join(workspace, 'index.js') })
    await plugin('plugins/erp', '1.1.0')
    expect(await store.resolve('@acme/erp', '^1.0.0')).toMatchObject({ version: '1.1.0' })
    await add(await plugin('erp-next', '1.2.0'))
    expect(await store.list('@acme/erp')).toMatchObject([
      { version: '1.2.0', origin: 'store' },
      { version: '1.1.0', origin: 'project' },
    ])
  })

  test('a folder of the assembly is a plugin, together with what was taken in under its name', async () => {
    const folder = await plugin('assembly/erp', '1.0.0')
    expect(await store.resolve('./erp', '*')).toMatchObject({ version: '1.0.0', folder, origin: 'project' })
    await add(await plugin('erp-next', '1.1.0'))
    expect((await store.list('./erp')).map(({ version, origin }) => `${version} ${origin}`)).toEqual(['1.1.0 store', '1.0.0 project'])
    await expect(store.resolve('./none', '*')).rejects.toMatchObject({ code: 'PLUGIN_MISSING', message: expect.stringContaining('it has no package.json') })
  })

  test('a pinned version hides the same version of the project', async () => {
    const folder = await plugin('assembly/erp', '1.0.0')
    await add(folder)
    await writeFile(join(folder, 'index.js'), '')
    expect(await store.list('./erp')).toMatchObject([{ version: '1.0.0', origin: 'store' }])
  })
})

describe('the file to import', () => {
  const entries: readonly [kind: string, more: object, entry: string][] = [
    ['the condition of this process', { exports: { '.': { types: './x.d.ts', source: './source.ts', default: './index.js' } } }, 'source.ts'],
    ['conditions in their order', { exports: { require: './x.cjs', import: './index.js', default: './x.js' } }, 'index.js'],
    ['nested conditions', { exports: { '.': { node: { require: './x.cjs', default: './index.js' } } } }, 'index.js'],
    ['the first of several that there is', { exports: [{ unknown: './x.js' }, './index.js'] }, 'index.js'],
    ['main', { exports: undefined, main: 'lib/main.js' }, 'lib/main.js'],
    ['index.js', { exports: undefined }, 'index.js'],
  ]
  test.each(entries)('is %s', async (_kind, more, entry) => {
    await plugin('assembly/erp', '1.0.0', more, { 'source.ts': '', 'lib/main.js': '' })
    expect((await store.resolve('./erp', '*')).entry).toBe(join(assembly, 'erp', entry))
  })

  const bad: readonly [kind: string, more: object, found: string][] = [
    ['is not there', { exports: './dist/index.js' }, 'the entry "./dist/index.js" does not exist (has the plugin been built?)'],
    ['leads out', { exports: './../../x.js' }, 'the entry "./../../x.js" leads out of the folder'],
    ['is not exported', { exports: { './contract': './index.js' } }, 'exports["."] has nothing to import'],
  ]
  test.each(bad)('is an error when it %s', async (_kind, more, found) => {
    const folder = await plugin('assembly/erp', '1.0.0', more)
    await expect(store.resolve('./erp', '*')).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining(found) })
    await expect(add(folder)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' })
    await expectClean()
  })
})

describe('add() refuses', () => {
  const manifests: readonly [kind: string, more: object, found: string][] = [
    ['a name that climbs out', { name: '../../evil' }, 'the name "../../evil" is not one that npm allows'],
    ['a name of dots', { name: '..' }, 'the name ".." is not one that npm allows'],
    ['a version that climbs out', { version: '../../evil' }, 'the version "../../evil" is not a semantic version'],
    ['a version that is no full one', { version: '1.0' }, 'the version "1.0" is not a semantic version'],
    ['a missing version', { version: undefined }, 'the file must have required properties version'],
    ['a dependency by path', { dependencies: { x: 'file:../x' } }, 'the dependency "x" asks for "file:../x", which is not a version range'],
    ['a dependency by address', { optionalDependencies: { x: 'git+ssh://x' } }, 'the dependency "x" asks for "git+ssh://x"'],
  ]
  test.each(manifests)('%s', async (_kind, more, found) => {
    await expect(add(await plugin('erp', '1.0.0', more))).rejects.toMatchObject({ code: 'PLUGIN_INVALID', message: expect.stringContaining(found) })
    await expectClean()
    expect(await store.list('@acme/erp')).toEqual([])
  })

  test('a package.json that is broken', async () => {
    const folder = await plugin('erp', '1.0.0', {}, { 'package.json': '{' })
    await expect(add(folder)).rejects.toMatchObject({ code: 'PLUGIN_INVALID' })
  })

  test('a folder without package.json', async () => {
    await expect(add(root)).rejects.toMatchObject({ code: 'PLUGIN_MISSING' })
  })

  test('a folder with a link', async () => {
    const folder = await plugin('erp', '1.0.0')
    await symlink('/etc/passwd', join(folder, 'link'))
    await expect(add(folder)).rejects.toThrow('"link" is neither a file nor a folder')
  })

  test.each(['./none', 'a b', 'erp@latest', '--global', 'git+ssh://x', '@acme/erp@file:x'])('%s', async (spec) => {
    await expect(add(spec)).rejects.toMatchObject({ code: 'PLUGIN_MISSING', message: expect.stringContaining('found no such folder or tarball, and it is not NAME@RANGE') })
  })
})

describe('npm', () => {
  test('add() takes in the highest version of the range, with its dependencies, and neither peers, nor those of development, nor scripts', async () => {
    const leaf = await published('leaf', { name: 'leaf', version: '1.2.0', peerDependencies: { peer: '*', '@caruso/kernel': '*' } })
    const dependent = { name: '@acme/erp', dependencies: { leaf: '^1.0.0', '@caruso/contract': '0.1.0' }, peerDependencies: { '@caruso/kernel': '*', peer: '*' }, devDependencies: { dev: '*' }, scripts: { install: 'touch installed' } }
    const registry = await withRegistry([
      leaf,
      await published('e1', { ...dependent, version: '1.0.0' }),
      await published('e2', { ...dependent, version: '1.1.0' }),
      await published('e3', { ...dependent, version: '2.0.0' }),
    ])
    const added = await add('@acme/erp@>=1.0.0 <2')
    expect(added).toMatchObject({ version: '1.1.0', from: 'npm', added: true })
    expect((await readdir(added.folder)).toSorted()).toEqual(['index.js', 'node_modules', 'package.json'])
    expect((await readdir(join(added.folder, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual(['leaf'])
    expect(steps.map(({ step }) => step)).toEqual(['fetch', 'unpack', 'dependencies', 'install'])
    expect(registry.asked.filter((path) => /peer|dev|caruso/.test(path))).toEqual([])
    expect(await imported('^1.0.0')).toBe('1.1.0')
    await expectClean()
  })

  test('add() takes in what only needs what this system does not have', async () => {
    await withRegistry([await published('other', { name: 'other', version: '1.0.0', os: ['none'] }), await published('e1', { name: '@acme/erp', version: '1.0.0', optionalDependencies: { other: '*' } })])
    expect(await add('@acme/erp@1.0.0')).toMatchObject({ version: '1.0.0', added: true })
    expect(await imported('*')).toBe('1.0.0')
  })

  test('add() says what npm said when there is no such package or version', async () => {
    await withRegistry([await published('e1', { name: '@acme/erp', version: '1.0.0' })])
    await expect(add('@acme/none')).rejects.toMatchObject({ code: 'INSTALL_FAILED', message: expect.stringMatching(/^Ran npm pack @acme\/none@\*: npm error code E404/) })
    await expect(add('@acme/erp@^2.0.0')).rejects.toMatchObject({ code: 'INSTALL_FAILED', message: expect.stringContaining('No matching version found') })
    await expectClean()
  })
})

describe('prune()', () => {
  test('removes every version that is not to be kept, and its pin', async () => {
    for (const version of ['1.0.0', '1.1.0']) await add(await plugin(`erp-${version}`, version))
    await add(await plugin('plain', '1.0.0', { name: 'plain' }))
    expect(await store.prune([{ name: '@acme/erp', version: '1.1.0' }])).toEqual([
      { name: '@acme/erp', version: '1.0.0' },
      { name: 'plain', version: '1.0.0' },
    ])
    expect((await readLock(assembly)).map(({ name, version }) => `${name} ${version}`)).toEqual(['@acme/erp 1.1.0'])
    expect(await readdir(join(assembly, '.caruso/plugins/@acme/erp'))).toEqual(['1.1.0'])
    expect(await imported('*')).toBe('1.1.0')
  })

  test('clears away what is on disk without a pin', async () => {
    await add(await plugin('erp', '1.0.0'))
    await cp(join(assembly, '.caruso/plugins/@acme/erp/1.0.0'), join(assembly, '.caruso/plugins/@acme/erp/1.1.0'), { recursive: true })
    expect(await store.prune([{ name: '@acme/erp', version: '1.0.0' }, { name: '@acme/erp', version: '1.1.0' }])).toEqual([{ name: '@acme/erp', version: '1.1.0' }])
  })

  test('has nothing to do where nothing was taken in', async () => {
    expect(await store.prune([])).toEqual([])
  })
})

describe('a kill', () => {
  test.each(['copy', 'install'])('in the middle of add(), at "%s", leaves nothing that counts, and the next add() works', async (step) => {
    await add(await plugin('erp', '1.0.0'))
    const next = await plugin('erp-next', '1.1.0')
    const child = spawn(process.execPath, ['--conditions=source', fileURLToPath(new URL('fixtures/add-and-block.ts', import.meta.url)), assembly, next, step], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exit = once(child, 'exit')
    await once(child.stdout, 'data')
    await expect(add(next)).rejects.toMatchObject({ code: 'STORE_BUSY', message: expect.stringContaining('another "caruso" is changing it') })
    child.kill('SIGKILL')
    await exit
    expect((await store.list('@acme/erp')).map(({ version }) => version)).toEqual(['1.0.0'])
    expect(await add(next)).toMatchObject({ version: '1.1.0', added: true })
    await expectClean()
  })
})

test('add() leaves the store as it was when the disk refuses', async () => {
  await add(await plugin('erp', '1.0.0'))
  await writeFile(join(assembly, '.caruso/plugins/plain'), '')
  await expect(add(await plugin('plain', '1.0.0', { name: 'plain' }))).rejects.toMatchObject({ code: 'EEXIST' })
  expect((await readLock(assembly)).map(({ name }) => name)).toEqual(['@acme/erp'])
  expect(await store.list('plain')).toEqual([])
  await expectClean()
})
