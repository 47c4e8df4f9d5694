import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { checkScripts } from '../src/check/check-scripts.ts'
import { Graph } from '../src/check/graph.ts'
import { Subject } from '../src/check/subject.ts'
import { wayWords } from '../src/commands/way-words.ts'
import { wordingOf } from '../src/commands/wording.ts'
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
  const graph = new Graph(identify.definition)
  const told = async (lang: string): Promise<unknown> => {
    const wording = await wordingOf(lang)
    return [graph.from('customer')[0], ...graph.from('customer').slice(2), ...graph.from('again').slice(2, 4)].map((edge) => edge && wayWords(edge, identify, wording))
  }
  expect(await told('en')).toEqual(['the customer is not empty', 'otherwise', 'it fails', 'nothing came (2×)', 'it was no answer (3×)'])
  expect(await told('nb')).toEqual(['customer er ikke tom', 'ellers', 'det går galt', 'det kom ingenting (2×)', 'det var ikke noe svar (3×)'])
  expect(await told('ar')).toEqual([expect.stringContaining('customer'), 'وإلا', 'حدث خطأ', expect.stringMatching(/^لم يصل شيء/), expect.stringMatching(/^لم يكن إجابة/)])
  await expect(wordingOf('fr')).rejects.toThrow('there are en, nb and ar')
})

test('a script is drawn as SVG with every node and way, in a language and its direction, and as text for Mermaid', async () => {
  const { nodes } = identify.definition
  const { edges } = new Graph(identify.definition)
  const drawn = async (lang: string): Promise<string> => scriptPicture(identify.definition, 'Who <is> it?', { lang, texts: (await wordingOf(lang)).texts, ofWay: () => 'a < b & "c"' })
  const picture = await drawn('en')
  const root = readXml(picture)
  expect('rule' in root ? root : root.children.filter((child) => typeof child === 'object' && ['g', 'path'].includes(child.name))).toHaveLength(nodes.length + edges.length)
  expect(picture).toMatch(/xml:lang="en" direction="ltr"[^]*>question</)
  const mirrored = await drawn('ar')
  expect(mirrored).toMatch(/xml:lang="ar" direction="rtl"[^]*>سؤال</)
  const places = (of: string): readonly number[] => [...of.matchAll(/<rect x="(\d+)"/g)].map(([, x]) => Number(x))
  const width = Number(/ width="(\d+)"/.exec(picture)?.[1])
  expect(places(mirrored)).toEqual(places(picture).map((x) => width - x - 170))
  expect(scriptChart(identify.definition, () => undefined).split('\n')).toHaveLength(1 + nodes.length + edges.length)
})
