import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
}

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'caruso-packed-'))
const manifests = globSync('{packages,plugins}/*/package.json', { cwd: root })
  .map((path) => ({ folder: dirname(path), manifest: JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest }))
  .filter(({ manifest }) => manifest.private !== true)

beforeAll(async () => {
  await run(process.execPath, [join(root, 'scripts/build.ts')], { cwd: root })
  const { stdout } = await npm(root, ['pack', '--json', '--pack-destination', folder, ...manifests.map((one) => `./${one.folder}`)])
  const tarballs = packed(stdout)
  // The third parties come from the registry, as they do for everybody else; npm install has left most of them in npm's cache.
  const dependencies = Object.fromEntries(tarballs.map(({ name, filename }) => [name, `file:./${filename}`]))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', version: '1.0.0', private: true, type: 'module', dependencies, overrides: dependencies }))
  await npm(folder, ['install', '--prefer-offline', '--no-audit', '--no-fund'])
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('every entry of every package loads in an empty folder, built', async () => {
  const entries = manifests.flatMap(({ manifest }) => Object.keys(manifest.exports ?? {}).filter((key) => !key.endsWith('.json')).map((key) => manifest.name + key.slice(1)))
  writeFileSync(join(folder, 'load.js'), `for (const entry of ${JSON.stringify(entries)}) console.log(entry, import.meta.resolve(entry).includes('/dist/'), Object.keys(await import(entry)).length > 0)\n`)
  const { stdout } = await run(process.execPath, ['load.js'], { cwd: folder, env: plainEnvironment() })
  expect(stdout.trim().split('\n')).toEqual(entries.map((entry) => `${entry} true true`))
}, 60_000)

test('caruso --version runs in an empty folder and says the version', async () => {
  const { stdout } = await run(process.execPath, [join(folder, 'node_modules/.bin/caruso'), '--version'], { cwd: folder, env: plainEnvironment() })
  expect(stdout.trim()).toContain(manifests[0]?.manifest.version)
}, 60_000)

test.each(['plugin', 'wrapper', 'assembly'])('what caruso new %s begins there passes its own tests and check', async (kind) => {
  const caruso = join(folder, 'node_modules/.bin/caruso')
  const begun = await run(process.execPath, [caruso, '--json', 'new', kind, `my-${kind}`], { cwd: folder, env: plainEnvironment() })
  expect(JSON.parse(begun.stdout)).toMatchObject({ kind, name: `my-${kind}`, files: expect.arrayContaining(['assembly.yaml', 'package.json']) })
  const own = { cwd: join(folder, `my-${kind}`), env: plainEnvironment() }
  const { scripts, dependencies, devDependencies } = JSON.parse(readFileSync(join(own.cwd, 'package.json'), 'utf8')) as { scripts: Record<string, string>; dependencies: object; devDependencies: object }
  expect(scripts['test']).toBe('node --test "test/**/*.test.ts"')
  expect({ ...dependencies, ...devDependencies }).toMatchObject({ '@caruso/cli': manifests[0]?.manifest.version, node: expect.any(String) })
  expect((await run(process.execPath, ['--test', 'test/**/*.test.ts'], own)).stdout).toMatch(/pass [1-9]/)
  expect((await run(process.execPath, [caruso, 'check'], own)).stdout).toContain(`Assembly my-${kind} is right`)
}, 60_000)

test('nothing but what was built is packed', () => {
  const sources = globSync('node_modules/@caruso/*/{src,test}/**/*.ts', { cwd: folder })
  expect(sources).toEqual([])
})

/** npm lists what it packed, or keys it by name; both were seen among the versions in use. */
function packed(json: string): { readonly name: string; readonly filename: string }[] {
  return Object.values(JSON.parse(json) as Record<string, { readonly name: string; readonly filename: string }>)
}

function npm(cwd: string, parameters: readonly string[]): Promise<{ stdout: string }> {
  return run('npm', parameters, { cwd, env: plainEnvironment(), maxBuffer: 16 * 1024 * 1024, shell: process.platform === 'win32' })
}

/** Without what npm and vitest tell their children about this repository. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const told = /^(npm_(lifecycle|package|config_local_prefix|command|execpath)|NODE_OPTIONS|NODE_ENV|INIT_CWD|VITEST)/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name)))
}
