import { contract, Type } from '@caruso/contract'
import { definePlugin, everyPublic, optional } from '@caruso/kernel'
import { expect, test } from 'vitest'

const Greeter = contract({ name: 'greeter', version: '1.0.0', operations: { greet: { input: Type.Object({ id: Type.String() }), output: Type.String() } } })
const Customers = contract({
  name: 'customers',
  version: '1.0.0',
  operations: { get: { input: Type.Object({ id: Type.String() }), output: Type.Object({ name: Type.String() }) } },
  events: { changed: { payload: Type.Object({ id: Type.String() }) } },
})

const greeter = definePlugin({
  name: 'greeter',
  config: Type.Object({ greeting: Type.String({ default: 'Hello' }) }),
  provides: { greeter: Greeter },
  requires: { customers: Customers, erp: optional(Customers), services: everyPublic },
  async start({ customers, erp, services, config, scope, log }) {
    scope.on(Customers, 'changed', ({ id }) => log.info({ id }, 'changed'))
    services.list()
    return {
      greeter: {
        greet: async ({ id }, call) => `${config.greeting} ${(await (erp.current ?? customers).get({ id }, call)).name}`,
      },
    }
  },
})

test('definePlugin() returns plain frozen data', () => {
  expect(Object.isFrozen(greeter)).toBe(true)
  expect(greeter.name).toBe('greeter')
})

test('definePlugin() refuses a reserved key', () => {
  expect(() => definePlugin({ name: 'bad', config: Type.Object({}), requires: { scope: Customers }, start: () => ({}) })).toThrow(/reserved/)
})
