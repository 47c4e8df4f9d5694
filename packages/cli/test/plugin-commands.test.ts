import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../../test/command.ts'
import { DeskAssembly } from './desk-assembly.ts'

const commands = (words: string): string => `
import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  greet: {
    description: 'greet somebody',
    example: 'caruso greet Ada --tone warm',
    input: Type.Object({
      name: Type.String({ description: 'who', pattern: '^[A-Z]' }),
      tone: Type.Optional(Type.Enum(['warm', 'cool'])),
      times: Type.Integer({ minimum: 1, default: 2, description: 'how often' }),
      outLoud: Type.Optional(Type.Boolean({ description: 'in capitals' })),
    }),
    arguments: ['name'],
    async run(input, { folder, terminal, assembly, plugin, connected }) {
      if (input.name === 'Nobody') throw Object.assign(new Error('nobody is there'), { code: 'USAGE' })
      const { name, components } = await assembly()
      const { version } = await plugin('desk')
      const running = input.name === 'Live' ? await connected(async (live) => live.instances().map(({ component }) => component).toSorted()) : []
      terminal.progress('greeting')
      terminal.answer({ ...input, name, folder, version, components: Object.keys(components), running }, () => '${words}')
    },
  },
})
`

async function desksWith(cli: string): Promise<DeskAssembly> {
  const desks = await DeskAssembly.create()
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await ship(desks, 'desk', 'desk', '1.0.0', cli)
  return desks
}

/** Makes a version of a plugin one that ships commands. */
async function ship(desks: DeskAssembly, folder: string, name: string, version: string, cli: string): Promise<void> {
  await desks.version(folder, version, 'plain')
  await writeFile(join(desks.folder, folder, 'cli.ts'), cli)
  await writeFile(join(desks.folder, folder, 'package.json'), JSON.stringify({ name, version, type: 'module', exports: { '.': './index.ts', './cli': './cli.ts' }, desk: 'plain' }))
}

test("a plugin's command has help with an example, typed input, and JSON", async () => {
  const desks = await desksWith(commands('Hello'))
  expect((await desks.typed('--help')).output).toMatch(/\nCommands of desk:\n {2}greet \[options\] <name> +greet somebody\n/)
  const { output } = await desks.typed('greet', '--help')
  expect(output).toMatch(/^Usage: caruso greet \[options\] <name>\n\ngreet somebody\n/)
  for (const words of [/ name +who\n/, /--tone <value> +\(choices: "warm", "cool"\)/, /--times <value> +how often \(default: 2\)/, /--out-loud +in capitals/, /\nExample:\n {2}caruso greet Ada --tone warm\n/]) expect(output).toMatch(words)
  expect(await desks.typed('greet', 'Ada')).toEqual({ code: 0, output: 'Hello\n', errors: 'greeting\n' })
  const json = await desks.typed('greet', 'Ada', '--tone', 'warm', '--out-loud', '--json')
  expect([json.code, json.errors, JSON.parse(json.output)]).toEqual([0, '', { name: 'desks', tone: 'warm', times: 2, outLoud: true, folder: desks.folder, version: '1.0.0', components: ['desk'], running: [] }])
})

test.each([
  [['greet'], 2, /missing required argument 'name'/],
  [['gret', 'Ada'], 2, /unknown command 'gret'\n\(Did you mean greet\?\)/],
  [['greet', 'ada'], 2, /Ran "caruso greet": name must match pattern/],
  [['greet', 'Ada', '--tone', 'loud'], 2, /Allowed choices are warm, cool/],
  [['greet', 'Ada', '--times', 'often'], 2, /'often' is invalid.*expected a number/],
  [['greet', 'Ada', '--times', '0'], 2, /Ran "caruso greet": times must be >= 1/],
  [['greet', 'Nobody'], 2, /^caruso: nobody is there\n$/],
  [['greet', 'Live'], 3, /it does not run; start it by "caruso up"/],
])('caruso %j ends with code %i', async (args, code, errors) => {
  const desks = await desksWith(commands('Hello'))
  expect(await desks.typed(...args)).toMatchObject({ code, output: '', errors: expect.stringMatching(errors) })
})

test('a command reaches the running assembly, and is that of the version in use', { timeout: 60_000 }, async () => {
  const desks = await desksWith(commands('Hello'))
  await desks.typed('add', './desk')
  await ship(desks, 'releases/1.1.0', 'desk', '1.1.0', commands('Good day'))
  await desks.begin('Ready in', 'up')
  await desks.typed('add', './releases/1.1.0')
  expect((await desks.typed('greet', 'Ada')).output).toBe('Hello\n')
  expect((await desks.typed('swap', 'desk', '1.1.0')).code).toBe(0)
  expect((await desks.typed('greet', 'Ada')).output).toBe('Good day\n')
  const { output } = await desks.typed('greet', 'Live', '--json')
  expect(JSON.parse(output)).toMatchObject({ version: '1.1.0', running: ['desk', 'manager'] })
})

test('plugins whose commands cannot be loaded are named, and the others work', async () => {
  const desks = await desksWith(commands('Hello'))
  await ship(desks, 'thrower', 'thrower', '1.0.0', 'throw new Error("out of order")\n')
  await ship(desks, 'liar', 'liar', '1.0.0', 'export default { lie: 7 }\n')
  await ship(desks, 'copycat', 'copycat', '1.0.0', commands('me too').replace('greet:', 'swap:'))
  await writeFile(join(desks.folder, 'assembly.yaml'), ['assembly: desks', 'components:', ...['thrower', 'liar', 'copycat', 'gone', 'desk'].map((name) => `  ${name}: { plugin: ./${name}, config: { folder: . } }`), ''].join('\n'))
  const help = await desks.typed('--help')
  expect([help.code, help.output]).toEqual([0, expect.stringContaining('greet somebody')])
  for (const words of [/plugin "thrower" from ".*cli\.ts": out of order/, /plugin "liar" .*: expected its default export to come from defineCommands\(\)/, /plugin "copycat" .*: there is a command "swap" already/, /gone": it has no package\.json/]) expect(help.errors).toMatch(words)
  expect(await desks.typed('greet', 'Ada')).toEqual({ code: 0, output: 'Hello\n', errors: 'greeting\n' })
  await writeFile(join(desks.folder, 'assembly.yaml'), 'assembly: 7\n')
  expect(await desks.typed('greet', 'Ada')).toMatchObject({ code: 2, errors: expect.stringMatching(/assembly\.yaml:1:11 assembly: expected .*\n[^]*unknown command 'greet'/) })
})

test('where there is no assembly, help shows the commands that come with caruso', async () => {
  const desks = await DeskAssembly.create()
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await rm(join(desks.folder, 'assembly.yaml'))
  expect(await desks.typed('--help')).toMatchObject({ code: 0, errors: '', output: expect.stringMatching(/\nCommands of @caruso\/workbench:\n[^]* {2}call /) })
})

test('help remembers which plugins ship commands, until one changes', async () => {
  const desks = await desksWith(commands('Hello'))
  await desks.caruso('--help')
  expect(await loadedBy(desks, '--help')).toEqual([])
  await ship(desks, 'desk', 'desk', '1.0.1', commands('Hello').replace('greet:', 'welcome:'))
  expect((await desks.caruso('--help')).output).toContain('welcome [options] <name>')
})

test('a command of caruso itself loads no plugin', async () => {
  const desks = await desksWith('throw new Error("loaded")\n')
  expect(await loadedBy(desks, 'ls', '--help')).toEqual([])
  expect(await desks.typed('check')).toMatchObject({ code: 0, errors: '' })
})

test.skipIf(process.platform === 'win32')('where it cannot be remembered who ships commands, they run all the same', async () => {
  const desks = await desksWith(commands('Hello'))
  await mkdir(join(desks.folder, '.caruso'), { recursive: true })
  const caruso = join(import.meta.dirname, '../bin/caruso.js')
  // No file may be written; that stands for a full disk.
  const { code, output, errors } = await run(desks.folder, 'sh', '-c', 'ulimit -f 0; exec "$0" "$1" greet Ada', process.execPath, caruso)
  expect({ code, output, errors }).toEqual({ code: 0, output: 'Hello\n', errors: 'greeting\n' })
})

/** What takes time to load, of what a command loads: packages of the framework beside the contract's and the cli's, and whatever commands do. */
async function loadedBy(desks: DeskAssembly, ...args: string[]): Promise<string[]> {
  const hook = join(desks.folder, 'hook.mjs')
  await writeFile(hook, `import { registerHooks } from 'node:module'\nregisterHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) })\n`)
  const { errors } = await desks.carusoThrough(hook, ...args)
  const urls = errors.trim().split('\n')
  expect(urls.some((url) => url.endsWith('/program.ts'))).toBe(true)
  return urls.filter((url) => /\/(bus|kernel|manager|nats-server)\/|\/node_modules\/yaml\/|\/(workbench|backup)\/src\/(?!cli\.ts)/.test(url))
}
