import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import commands from '../src/cli.ts'
import { caruso, temporaryFolder } from '../../../test/command.ts'

test('the commands of the README print what they say', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, typed = '', shown = ''] = /```sh\n([^]*?)```\n+```text\n([^]*?)```/.exec(readme) ?? []
  const folder = temporaryFolder()
  let printed = ''
  for (const line of typed.trim().split('\n')) printed += (await caruso(folder, ...line.split(' ').slice(1))).output
  const [first = '', last = ''] = shown.split('…\n')
  expect([printed.slice(0, first.length), printed.slice(-last.length)]).toEqual([first, last])
})

test('the table of the README names every command', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect([...new Set([...readme.matchAll(/^\| `caruso (\w+)/gm)].map(([, name]) => name))]).toEqual(Object.keys(commands))
})
