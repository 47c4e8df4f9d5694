import { contract, Type } from '@caruso/contract'
import { expect, test } from 'vitest'
import { OperationTable } from '../src/operation-table.ts'

const read = { input: Type.Object({}), output: Type.Null(), idempotent: true, public: true }

function service(component: string, version: string, operations: Parameters<typeof contract>[0]['operations']): { component: string; componentVersion: string; contract: ReturnType<typeof contract> } {
  return { component, componentVersion: '1.0.0', contract: contract({ name: 'orders', version, operations }) }
}

test('the newest version of a major describes an operation, older ones what only they have', () => {
  const old = service('a', '1.9.0', { get: read, legacy: read })
  const pre = service('c', '1.10.0-beta.1', { get: read })
  const newest = service('b', '1.10.0', { get: read })
  for (const services of [[old, pre, newest], [newest, pre, old]]) {
    const table = new OperationTable(services)
    expect(table.routes.map(({ address, version }) => `${address} ${version}`)).toEqual(['/api/orders/v1/get 1.10.0', '/api/orders/v1/legacy 1.9.0'])
  }
})

test('majors have addresses of their own', () => {
  const table = new OperationTable([service('a', '1.0.0', { get: read }), service('b', '2.0.0', { get: read })])
  expect(table.find('/api/orders/v1/get').version).toBe('1.0.0')
  expect(table.find('/api/orders/v2/get').version).toBe('2.0.0')
})

test('find() suggests what is near, and nothing else', () => {
  const table = new OperationTable([service('a', '1.0.0', { get: read })])
  expect(() => table.find('/api/orders/v1/gte')).toThrow('did you mean "/api/orders/v1/get"')
  expect(() => table.find('/api/customers/v9/everything')).toThrow('found none; /docs lists')
})
