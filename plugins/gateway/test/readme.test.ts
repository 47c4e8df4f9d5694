import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { contract, Type } from '@caruso/contract'
import gateway from '@caruso/gateway'
import { expect, test } from 'vitest'
import { ScopeDouble, ServicesDouble } from '../../../test/kernel-double.ts'

const Orders = contract({
  name: 'orders',
  version: '1.0.0',
  operations: {
    get: { input: Type.Object({ id: Type.Integer() }), output: Type.Object({ item: Type.String() }), idempotent: true, public: true },
    place: { input: Type.Object({ item: Type.String({ minLength: 1 }) }), output: Type.Null(), public: true },
  },
})

test('the example of the README prints what it says', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, code = '', printed] = /```js\n([^]*?)```\n+```text\n([^]*?)```/.exec(readme) ?? []
  const services = new ServicesDouble()
  services.offer('shop', Orders, { get: () => ({ item: 'kettle' }), place: () => null })
  const scope = new ScopeDouble()
  const silent = (): void => undefined
  await gateway.start({ config: { host: '127.0.0.1', port: 0, rateLimit: 100, pages: {} }, services, scope, log: { debug: silent, info: silent, warn: silent, error: silent } })
  await scope.activate()
  scope.every(50, () => services.tell({ contract: 'orders', version: '1.0.0', component: 'shop', event: 'placed', payload: { id: 7 } }))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code.replaceAll('http://127.0.0.1:8080', `http://127.0.0.1:${scope.port}`)])
    expect(stdout).toBe(printed)
  } finally {
    await scope.end()
  }
})
