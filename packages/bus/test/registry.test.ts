import fc from 'fast-check'
import { isCompatibleVersion } from '@caruso/contract'
import { expect, test } from 'vitest'
import { type Entry, Registry } from '@caruso/bus'

const entry = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), contracts: fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y'), version: fc.constantFrom('1.0.0', '1.1.0', '2.0.0') }), { selector: ({ name, version }) => name + version, maxLength: 3 }) }).map(
  ({ id, contracts }): Entry => ({ info: { id, component: id, plugin: id, version: '1.0.0', host: 'h', isolation: 'inline', started: '', contracts: contracts.map((each) => ({ ...each, operations: {}, events: {} })), health: { ok: true } }, provider: undefined }),
)

test('after any changes the registry knows what a plain map would', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ enter: fc.uniqueArray(entry, { selector: ({ info }) => info.id }), leave: fc.subarray(['a', 'b', 'c', 'd', 'e']) })), (changes) => {
      const registry = new Registry()
      const model = new Map<string, Entry>()
      let told = 0
      const end = registry.watch(() => told++)
      for (const { enter, leave } of changes) {
        const before = registry.version
        registry.exchange(enter, leave)
        for (const id of leave) model.delete(id)
        for (const each of enter) model.set(each.info.id, each)
        expect(registry.version).toBe(before + 1)
        expect(new Set(registry.list())).toEqual(new Set(model.values()))
        for (const name of ['x', 'y', 'z']) {
          for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
            const expected = [...model.values()].flatMap(({ info }) => info.contracts.filter((each) => each.name === name && isCompatibleVersion(each.version, version)).map((each) => `${info.id} ${each.version}`))
            expect(registry.lookup(name, version).map(({ entry: { info }, contract }) => `${info.id} ${contract.version}`).toSorted()).toEqual(expected.toSorted())
          }
        }
      }
      expect(told).toBe(changes.length)
      end()
      registry.exchange([], [])
      expect(told).toBe(changes.length)
    }),
  )
})
