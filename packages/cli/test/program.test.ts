import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exitCode, exitCodeOf } from '../src/exit-code.ts'
import { addShippedCommands } from '../src/plugin-commands.ts'
import { program } from '../src/program.ts'
import { DeskAssembly } from './desk-assembly.ts'

let desks: DeskAssembly
const commands = (await addShippedCommands(program())).commands

beforeAll(async () => {
  desks = await DeskAssembly.create()
})

afterAll(async () => await desks[Symbol.asyncDispose]())

describe('help', () => {
  test.each(commands.map((command) => [command.name(), command] as const))('of %s says what it does, and shows an example that it would take', async (name, command) => {
    let text = ''
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
    expect(command.description()).toMatch(/^[a-z]/)
    expect(text).toContain(`Usage: caruso ${name}`)
    const [, example = ''] = /\nExample:\n {2}caruso (.*)\n/.exec(`${text}\n`) ?? []
    const [typed, ...args] = [...example.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
    expect(typed).toBe(name)
    const parsing = (await addShippedCommands(program())).exitOverride()
    for (const known of parsing.commands) known.action(() => undefined).exitOverride()
    expect(() => parsing.parse([typed ?? '', ...args], { from: 'user' })).not.toThrow()
  })

  test('lists every command that there is, and the exit codes', () => {
    expect(commands.map((command) => command.name())).toEqual(['up', 'host', 'check', 'add', 'prune', 'ls', 'info', 'swap', 'rollback', 'history', 'new', 'docs', 'graph', 'call', 'finalize', 'events', 'watch', 'trace', 'backup', 'restore'])
    let text = ''
    program().configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
    expect(text).toContain('Exit codes: 0 done, 1 failed, 2 typed or configured wrongly, 3 nothing runs, 4 swap refused, 5 swap discarded')
  })
})

test.each([
  [undefined, 1],
  ['SOMETHING_ELSE', 1],
  ['toString', 1],
  ['USAGE', 2],
  ['ASSEMBLY_INVALID', 2],
  ['NOT_RUNNING', 3],
  ['SWAP_REFUSED', 4],
  ['SWAP_FAILED', 5],
])('the error %s ends with code %i', (code, expected) => {
  expect(exitCodeOf(code)).toBe(expected)
  expect(Object.values(exitCode)).toContain(expected)
})

test.each([
  [['lss'], /unknown command 'lss'\n\(Did you mean ls\?\)/],
  [['swap', 'desk', '--dryrun'], /unknown option '--dryrun'\n\(Did you mean --dry-run\?\)/],
  [['call', 'desk.peek', '--timeout', 'soon'], /'soon' is invalid.*expected a number/],
  [['info'], /missing required argument 'component'/],
])('caruso %j is refused with a hint', async (args, hint) => {
  expect(await desks.typed(...args)).toMatchObject({ code: 2, output: '', errors: expect.stringMatching(hint) })
})

test('caruso --help and --version end with code 0', async () => {
  expect(await desks.caruso('--help')).toMatchObject({ code: 0, errors: '', output: expect.stringContaining('Usage: caruso') })
  expect(await desks.typed('--version')).toMatchObject({ code: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})
