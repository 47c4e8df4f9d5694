import { asValue, createContainer, InjectionMode } from 'awilix/browser'
import { KernelError } from './errors.ts'

/**
 * What `start` receives: each name of the table, and an error that tells what was declared for any other.
 * The container only resolves; lifetimes belong to the scope.
 */
export function inject(component: string, table: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const container = createContainer<Record<string, unknown>>({ injectionMode: InjectionMode.PROXY, strict: true })
  container.register(Object.fromEntries(Object.entries(table).map(([name, value]) => [name, asValue(value)])))
  return new Proxy(container.cradle, {
    get: (cradle, name, receiver) => {
      if (typeof name === 'string' && !Object.hasOwn(table, name)) {
        throw new KernelError('UNDECLARED', `Component "${component}" asked for "${name}": it declared ${Object.keys(table).join(', ')}`)
      }
      return Reflect.get(cradle, name, receiver) as unknown
    },
  })
}
