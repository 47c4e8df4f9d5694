import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { caruso, run, temporaryFolder } from '../../../test/command.ts'

test.each([
  ['plugin', 'order-desk'],
  ['wrapper', 'erp2'],
  ['assembly', 'shop'],
])('what new %s begins passes its own tests, its types and check as it is', { timeout: 180_000 }, async (kind, name) => {
  const folder = temporaryFolder()
  const begun = await caruso(folder, 'new', kind, name)
  expect(begun).toMatchObject({ code: 0, errors: '', output: expect.stringMatching(new RegExp(`^${kind} ${name} is begun in ${name}\n\nType next:\n {2}cd ${name} `)) })
  const made = join(folder, name)
  const tested = await run(made, 'npm', 'test')
  expect(tested, tested.output + tested.errors).toMatchObject({ code: 0, output: expect.stringMatching(/pass [1-9]/) })
  expect(await run(made, 'npm', 'run', 'types')).toMatchObject({ code: 0 })
  expect(await caruso(made, 'check')).toMatchObject({ code: 0, output: expect.stringMatching(new RegExp(`^Assembly ${name} is right`)) })
  expect(filesIn(made).filter((path) => /sample/i.test(path + readFileSync(join(made, path), 'utf8')))).toEqual([])
})

test('--folder says where, and --json what was written', async () => {
  const folder = temporaryFolder()
  const { code, output } = await caruso(folder, 'new', 'plugin', 'greeter', '--folder', 'plugins/greeting', '--json')
  const told = JSON.parse(output) as { files: string[] }
  expect([code, told]).toEqual([0, { kind: 'plugin', name: 'greeter', folder: join(folder, 'plugins/greeting'), files: filesIn(join(folder, 'plugins/greeting')) }])
  expect(told.files).toEqual(['.gitignore', 'README.md', 'assembly.yaml', 'package.json', 'src/contract.ts', 'src/index.ts', 'test/plugin.test.ts', 'tsconfig.json'])
})

test.each([
  [['plugin', 'Greeter'], /Began plugin "Greeter": expected a name of at most 50 small letters/],
  [['plugin', '../greeter'], /expected a name of at most 50 small letters/],
  [['plugin', 'a--b'], /expected a name of at most 50 small letters/],
  [['plugin', 'config'], /Began plugin "config": the names config, scope, log, state, manager are reserved/],
  [['plugin', 'type'], /has something of that name already/],
  [['wrapper', 'article'], /has something of that name already/],
  [['wrapper', 'storage'], /has something of that name already/],
  [['thing', 'greeter'], /Allowed choices are plugin, wrapper, assembly/],
  [['plugin'], /missing required argument 'name'/],
])('new %j is refused, and nothing is written', async (args, errors) => {
  const folder = temporaryFolder()
  expect(await caruso(folder, 'new', ...args)).toMatchObject({ code: 2, output: '', errors: expect.stringMatching(errors) })
  expect(readdirSync(folder)).toEqual([])
})

test('nothing is written over', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'greeter'))
  writeFileSync(join(folder, 'greeter/package.json'), 'mine')
  expect(await caruso(folder, 'new', 'plugin', 'greeter')).toMatchObject({ code: 2, errors: `caruso: Began plugin "greeter" in "${join(folder, 'greeter')}": the folder is not empty; choose another one by --folder FOLDER\n` })
  expect(filesIn(join(folder, 'greeter')).map((path) => readFileSync(join(folder, 'greeter', path), 'utf8'))).toEqual(['mine'])
})

function filesIn(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).filter((path) => !path.startsWith('.caruso/')).toSorted()
}
