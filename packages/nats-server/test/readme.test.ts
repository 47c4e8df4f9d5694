import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

it('the example of the README prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  const said = /\/\/ prints: (.*)/.exec(code)?.[1]
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module-typescript', '--eval', code], {
    cwd: new URL('.', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  expect([output, exitCode]).toEqual([`${said}\n`, 0])
})
