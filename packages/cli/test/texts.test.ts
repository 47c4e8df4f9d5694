import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { DeskAssembly } from './desk-assembly.ts'

const components = (gateway: string): string => `
assembly: desks
components:
  desk: { plugin: ./desk, version: ^1.0.0, config: { folder: . } }
  gateway: { plugin: '@caruso/gateway', config: { port: 0${gateway} } }
`

async function open(assembly: string): Promise<DeskAssembly> {
  const desks = await DeskAssembly.create(assembly)
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  return desks
}

const note = 'desk 1.0.0 runs from the folder you work in; "caruso add ./desk" keeps it for a rollback'

test('up says what its address is good for, and what could not be rolled back', async () => {
  const desks = await open(components(''))
  const up = await desks.begin('Ctrl+C stops', 'up')
  const { output } = await up.end('SIGINT')
  expect(output).toMatch(/^Ready in .*\. Listening at (http:\/\/127\.0\.0\.1:\d+); ask it something at \1\/docs\.$/m)
  expect(output).toContain(`\n${note}\n`)
  const paged = `${components(', pages: { /: status }')}  status: { plugin: '@caruso/status' }\n`
  await writeFile(join(desks.folder, 'assembly.yaml'), paged)
  expect((await desks.typed('check')).output).toMatch(new RegExp(`\\n${note}\\n$`))
  expect((await desks.typed('add', './desk')).code).toBe(0)
  expect((await desks.typed('check')).output).not.toContain('runs from the folder')
  const { output: withPage } = await (await desks.begin('Ctrl+C stops', 'up')).end('SIGINT')
  expect(withPage).toMatch(/^Ready in .*\. Open (http:\/\/127\.0\.0\.1:\d+) to see it live, \1\/docs to ask it something\.$/m)
  expect(withPage).not.toContain('runs from the folder')
})

test('graph and history say what is long in few words', async () => {
  const desks = await open(components(''))
  const up = await desks.begin('Ready in', 'up')
  expect((await desks.typed('graph')).output).toMatch(/^gateway .*\n {2}services -> every public operation$/m)
  await desks.version('releases/2.0.0', '2.0.0', 'contract')
  await desks.typed('add', './releases/2.0.0')
  expect(await desks.typed('swap', 'desk', '2.0.0', '--why', 'it is new')).toMatchObject({ code: 4, errors: expect.stringMatching(/public desk 1\.0\.0: operations\.take\.output.*; range: 2\.0\.0 is not in \^1\.0\.0 of assembly\.yaml: /) })
  expect((await desks.typed('history')).output).toMatch(/ refused .* it is new; public desk 1\.0\.0: operations\.take\.output[^;]* and 1 more\n$/)
  expect((await desks.typed('history', '--json')).output).toContain('range: 2.0.0 is not in ^1.0.0 of assembly.yaml')
  await up.end('SIGINT')
})
