import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { checkScripts } from '../src/check/check-scripts.ts'
import { Graph } from '../src/check/graph.ts'
import { Subject } from '../src/check/subject.ts'
import { wordsOf } from '../src/commands/paths.ts'
import { phrasesOf } from '../src/commands/phrases.ts'
import { scriptChart } from '../src/picture/script-chart.ts'
import { scriptPaths } from '../src/picture/script-paths.ts'
import { scriptPicture } from '../src/picture/script-picture.ts'
import { readXml } from '../src/xml-tree.ts'
import { actions, classes } from './examples.ts'

let identify: Subject

beforeAll(() => {
  const text = readFileSync(new URL('../../../examples/dialogs/dialogs/identify.xml', import.meta.url), 'utf8')
  const { definition, script } = checkScripts([{ file: 'identify.xml', text }], { classes, actions })[0] ?? {}
  if (definition === undefined || script === undefined) throw new Error('Read the example identify.xml')
  identify = new Subject(definition, script, { classes, actions, scripts: new Map() })
})

test('scriptPaths() goes every way, round each loop once', () => {
  const told = (aside: boolean): readonly string[] => [...scriptPaths(identify.definition, new Graph(identify.definition), aside)].map(({ edges, end }) => [...edges.map(({ from }) => from.id), end.id].join(' '))
  const round = 'number born customer'
  expect(told(false)).toEqual([`${round} identified`, `${round} unknown`, `${round} again ${round} identified`, `${round} again ${round} unknown`, `${round} again ${round} again unknown`, `${round} again unknown`])
  expect(told(true).length).toBeGreaterThan(6)
})

test('conditions are told in the words of a language', async () => {
  const [edge] = new Graph(identify.definition).from('customer')
  const words = async (lang: string): Promise<unknown> => edge && wordsOf(edge, identify, await phrasesOf(lang))
  expect([await words('en'), await words('nb')]).toEqual(['the customer is not empty', 'customer er ikke tom'])
})

test('a script is drawn as SVG with every node and way, and as text for Mermaid', () => {
  const { nodes } = identify.definition
  const { edges } = new Graph(identify.definition)
  const picture = scriptPicture(identify.definition, 'Who <is> it?', () => 'a < b & "c"')
  const root = readXml(picture)
  expect('rule' in root ? root : root.children.filter((child) => typeof child === 'object' && ['g', 'path'].includes(child.name))).toHaveLength(nodes.length + edges.length)
  expect(scriptChart(identify.definition, () => undefined).split('\n')).toHaveLength(1 + nodes.length + edges.length)
})
