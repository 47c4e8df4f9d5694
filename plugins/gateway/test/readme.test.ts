import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { contract, Type } from '@caruso/contract'
import { expect, test } from 'vitest'
import { openGateway } from './open-gateway.ts'

const Orders = contract({
  name: 'orders',
  version: '1.0.0',
  operations: {
    get: { input: Type.Object({ id: Type.Integer() }), output: Type.Object({ item: Type.String() }), idempotent: true, public: true },
    place: { input: Type.Object({ item: Type.String({ minLength: 1 }) }), output: Type.Null(), public: true },
  },
  events: { placed: { payload: Type.Object({ id: Type.Integer() }), public: true } },
})

test('the example of the README prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, code = '', printed] = /```js\n([^]*?)```\n+```text\n([^]*?)```/.exec(readme) ?? []
  const { base, tell } = await openGateway({}, [Orders, { get: () => ({ item: 'kettle' }), place: () => null }])
  const telling = setInterval(() => tell('shop', Orders, 'placed', { id: 7 }), 50)
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code.replaceAll('http://127.0.0.1:8080', base)])
    expect(stdout).toBe(printed)
  } finally {
    clearInterval(telling)
  }
})
