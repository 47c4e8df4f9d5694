import { contract, type Contract } from '@caruso/contract'
import type { GraphNode, RequirementDescription } from '@caruso/kernel'
import { dependencyGraph } from '@caruso/kernel/host'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const named = (name: string, version = '1.0.0'): Contract => contract({ name, version, operations: {} })

function node(component: string, provides: readonly string[], requires: readonly string[] = []): GraphNode {
  const required = requires.map((text): RequirementDescription => {
    const [, name = '', version, mark] = /^(\w+)(?:@([\d.]+))?(\?)?$/.exec(text) ?? []
    return { key: name, kind: mark === '?' ? 'optional' : 'required', contract: named(name, version) }
  })
  return { component, description: { plugin: component, provides: provides.map((text) => named(...(text.split('@') as [string]))), requires: required } }
}

const edges = (nodes: readonly GraphNode[]): unknown => Object.fromEntries(dependencyGraph(nodes))

test('each component waits for those that provide what it requires', () => {
  expect(edges([node('greeter', ['greeter'], ['customers']), node('crm', ['customers', 'orders']), node('shop', [], ['greeter', 'orders'])])).toEqual({ greeter: ['crm'], crm: [], shop: ['greeter', 'crm'] })
})

test('a missing provider is named with the path to it, and what there is instead', () => {
  expect(() => dependencyGraph([node('greeter', [], ['customers'])])).toThrow('Ordered the components: "greeter" -> customers -> contract "customers" ^1.0.0: nobody provides it')
  expect(() => dependencyGraph([node('greeter', [], ['customers@1.2.0']), node('crm', ['customers@1.1.0'])])).toThrow('contract "customers" ^1.2.0: there is only 1.1.0 by "crm"')
})

test('a provider elsewhere is enough', () => {
  const graph = dependencyGraph([node('greeter', [], ['customers'])], (name, version) => name === 'customers' && version === '1.0.0')
  expect(graph.get('greeter')).toEqual([])
})

test('a cycle is named with its path', () => {
  expect(() => dependencyGraph([node('a', ['a'], ['b']), node('b', ['b'], ['c']), node('c', ['c'], ['a'])])).toThrow('they require each other in a circle: a -> b -> c -> a')
})

test('what is optional may be missing, comes first where it is there, and makes no cycle', () => {
  expect(edges([node('a', [], ['b?'])])).toEqual({ a: [] })
  expect(edges([node('a', [], ['b?']), node('b', ['b'])])).toEqual({ a: ['b'], b: [] })
  expect(edges([node('a', ['a'], ['b?']), node('b', ['b'], ['a'])])).toEqual({ a: [], b: ['a'] })
  expect(edges([node('a', ['a'], ['b?']), node('b', ['b'], ['a?'])])).toEqual({ a: ['b'], b: [] })
})

test('two majors live side by side, each with its own callers', () => {
  expect(edges([node('old', ['crm@1.4.0']), node('new', ['crm@2.0.0']), node('x', [], ['crm@1.2.0']), node('y', [], ['crm@2.0.0'])])).toEqual({ old: [], new: [], x: ['old'], y: ['new'] })
})

test('a component that provides what it requires does not wait for itself', () => {
  expect(edges([node('a', ['a'], ['a'])])).toEqual({ a: [] })
})

test('of any components, either the graph has an order in which all requirements come first, or a true cycle is named', () => {
  const anyNodes = fc.array(fc.array(fc.record({ to: fc.nat({ max: 7 }), optional: fc.boolean() }), { maxLength: 4 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(anyNodes, (lists) => {
      const nodes = lists.map((list, index) => node(`n${index}`, [`n${index}`], [...new Set(list.filter(({ to }) => to < lists.length).map(({ to, optional }) => `n${to}${optional ? '?' : ''}`))]))
      const requires = (from: string, to: string): boolean => nodes.some(({ component, description }) => component === from && description.requires.some(({ kind, contract: wanted }) => kind === 'required' && wanted?.name === to))
      let graph: ReadonlyMap<string, readonly string[]>
      try {
        graph = dependencyGraph(nodes)
      } catch (error) {
        const path = /circle: (.*)$/.exec(String(error))?.[1]?.split(' -> ') ?? []
        expect(path.length).toBeGreaterThan(2)
        expect(path[0]).toBe(path.at(-1))
        for (const [index, from] of path.slice(0, -1).entries()) expect(requires(from, path[index + 1] ?? '')).toBe(true)
        return
      }
      const placed = new Set<string>()
      for (let before = -1; before !== placed.size; ) {
        before = placed.size
        for (const [component, providers] of graph) if (providers.every((provider) => placed.has(provider))) placed.add(component)
      }
      expect(placed.size).toBe(nodes.length)
      for (const { component, description } of nodes) {
        for (const { kind, contract: wanted } of description.requires) if (kind === 'required' && wanted?.name !== component) expect(graph.get(component)).toContain(wanted?.name)
      }
    }),
    { numRuns: 300 },
  )
})
