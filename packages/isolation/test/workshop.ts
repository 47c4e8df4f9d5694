import { type Call, type Client, Type } from '@caruso/contract'
import { isolations } from '@caruso/isolation'
import type { Clock, LoadedPlugin } from '@caruso/kernel'
import { consumer, openHost as openPlainHost, spec, type TestHost } from '../../../test/hosts.ts'
import { Customers, Workshop } from './fixtures/contracts.ts'

/** A host that isolates in every way, and closes when the test is done. */
export function openHost(clock?: Clock): TestHost {
  return openPlainHost(clock, isolations())
}

export function fixture(name: string): string {
  return new URL(`fixtures/${name}.ts`, import.meta.url).pathname
}

/** A host with a workshop that is isolated so, and the customers that it requires. */
export async function openWorkshop(isolation: string, config: unknown = {}, clock?: Clock): Promise<TestHost & { readonly workshop: Client<typeof Workshop> }> {
  const opened = openHost(clock)
  await opened.host.startAll([spec('workshop', fixture('workshop'), { isolation, config }), spec('customers', customersPlugin())])
  return { ...opened, workshop: opened.bus.client(Workshop, consumer) }
}

/** Provides customers inline, and remembers who called. */
export function customersPlugin(calls: Call[] = [], get: (id: string) => string = (id) => `customer ${id}`): LoadedPlugin {
  return {
    name: 'customers',
    config: Type.Object({}),
    provides: { customers: Customers },
    requires: {},
    start: () => ({
      customers: {
        get: ({ id }: { id: string }, call: Call) => (calls.push(call), { name: get(id) }),
        list: async function* list() {
          yield* ['a', 'b', 'c']
        },
        erase: (_input: unknown, call: Call) => (calls.push(call), 'erased'),
      },
    }),
  }
}
