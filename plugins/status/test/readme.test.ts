import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { component, ManagerDouble, run } from './running-status.ts'

test('the example of the README prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, code = '', printed] = /```js\n([^]*?)```\n+```text\n([^]*?)```/.exec(readme) ?? []
  const manager = new ManagerDouble()
  manager.components = [component('orders', { version: '1.1.0' }), component('mail', { state: 'failed', health: { ok: false, detail: 'mail.example refuses' } })]
  const running = await run(manager)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code.replaceAll('http://127.0.0.1:8080', running.base)])
    expect(stdout).toBe(printed)
  } finally {
    await running.end()
  }
})
