import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCode } from '../src/exit-code.ts'
import { addShippedCommands } from '../src/plugin-commands.ts'
import { program } from '../src/program.ts'
import { DeskAssembly } from './desk-assembly.ts'

let readme: string
let desks: DeskAssembly

beforeAll(async () => {
  readme = await readFile(join(import.meta.dirname, '../README.md'), 'utf8')
  desks = await DeskAssembly.create()
  await desks.version('releases/desk-1.1.0', '1.1.0')
})

afterAll(async () => await desks[Symbol.asyncDispose]())

test('the commands of the README do what they say', async () => {
  const block = /```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const commands = block.trim().split('\n').map((line) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? ''))
  await desks.begin('Ready in', 'up')
  for (const [name, ...args] of commands) {
    expect(name).toBe('caruso')
    expect([args, await desks.typed(...args)]).toEqual([args, { code: 0, output: expect.stringMatching(/\S/), errors: expect.any(String) }])
  }
  expect((await desks.typed('history', 'desk', '--json')).output).toContain('"why":"shows what is shipped"')
})

test('the tables of the README name every command and every exit code', async () => {
  expect([...readme.matchAll(/^\| `(\w+)[^`]*` \|/gm)].map(([, name]) => name)).toEqual((await addShippedCommands(program())).commands.map((command) => command.name()))
  expect([...readme.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code))).toEqual(Object.values(exitCode))
})
