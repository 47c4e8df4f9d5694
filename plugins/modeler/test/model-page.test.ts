import fc from 'fast-check'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { checkMappingFile, checkModelFile } from '../src/check-schema.ts'
import { linkModel } from '../src/link-model.ts'
import { Mistakes } from '../src/mistake.ts'
import type { MappingDefinition } from '../src/mapping-schema.ts'
import type { ModelDefinition } from '../src/model-schema.ts'
import { pageTexts } from '../src/page-texts.ts'
import { layersOf } from '../src/picture/layers.ts'
import { modelPage } from '../src/picture/model-page.ts'
import { placedBoxes } from '../src/picture/placed-boxes.ts'
import { readYaml } from '../src/yaml-file.ts'

const executablePath = '/usr/bin/chromium'
const missing = !existsSync(executablePath) && process.env['CARUSO_TEST_ALL'] !== '1'
const folder = join(import.meta.dirname, 'northwind')

function northwindClasses(): ReturnType<typeof linkModel>['classes'] {
  const read = <T>(kind: 'model' | 'mapping', check: typeof checkModelFile): { readonly value: T; readonly origin: { readonly file: string; at(): { readonly line: number; readonly column: number } } }[] =>
    globSync(`${kind}/*.yaml`, { cwd: folder }).flatMap((path) => {
      const mistakes = new Mistakes()
      const yaml = readYaml(path, readFileSync(join(folder, path), 'utf8'), mistakes)
      return yaml && check(yaml.value, yaml.origin, mistakes) ? [{ value: yaml.value as T, origin: { file: path, at: () => ({ line: 1, column: 1 }) } }] : []
    })
  const { classes, mistakes } = linkModel(read<ModelDefinition>('model', checkModelFile), read<MappingDefinition>('mapping', checkMappingFile), { source: 'crm', declared: [] })
  expect(mistakes).toEqual([])
  return classes
}

const names = fc.uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L'), { minLength: 1 })
const graph = names.chain((all) => fc.tuple(fc.constant(all), fc.array(fc.record({ from: fc.constantFrom(...all), to: fc.constantFrom(...all) }), { maxLength: 30 })))

test('every class is in one column, and every line goes from column to column, whatever leads where', () => {
  fc.assert(fc.property(graph, ([all, links]) => {
    const { columns, ways } = layersOf(all, links)
    const column = new Map(columns.flatMap((one, index) => one.map((name) => [name, index] as const)))
    expect(columns.flat().filter((name) => !name.startsWith('~')).toSorted()).toEqual(all.toSorted())
    expect(ways.size).toBe(links.filter(({ from, to }) => from !== to).length)
    for (const [{ from, to }, way] of ways) {
      expect(new Set([way[0], way.at(-1)])).toEqual(new Set([from, to]))
      const steps = way.slice(1).map((name, index) => (column.get(name) ?? 0) - (column.get(way[index] ?? '') ?? 0))
      expect(new Set(steps.map(Math.abs))).toEqual(new Set([1]))
      expect(new Set(steps).size).toBe(1)
    }
  }))
})

test('no box lies upon another', () => {
  fc.assert(fc.property(graph, fc.array(fc.nat(12), { minLength: 16, maxLength: 16 }), ([all, links], rows) => {
    const { boxes, width, height } = placedBoxes(all.map((name, index) => ({ name, rows: Array.from({ length: rows[index] ?? 0 }, (_, row) => `row ${row}`) })), links)
    expect(boxes).toHaveLength(all.length)
    for (const [index, a] of boxes.entries()) {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true)
      for (const b of boxes.slice(index + 1)) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true)
    }
  }))
})

test('the page has a section for each class, to which the picture leads, and says nothing as HTML', async () => {
  const classes = [...northwindClasses().values()]
  const page = modelPage({ name: '<b>', classes, descriptions: new Map([['Order', 'What <script>alert(1)</script> orders']]) }, await pageTexts('en'))
  for (const { name } of classes) expect(page.match(new RegExp(`(id|href)="#?class-${name}"`, 'g'))?.length).toBeGreaterThanOrEqual(3)
  expect(page).not.toMatch(/<script|<b>|https?:\/\/(?!www\.w3\.org\/2000\/svg)/)
  expect(page).toContain('<title>OrderLine.order: Order</title>')
  expect(page).toContain('<tr><th scope="row"><code dir="ltr">territories</code></th><td>many <a href="#class-Territory"><code dir="ltr">Territory</code></a> through table <code dir="ltr">EmployeeTerritories</code></td></tr>')
  await expect(pageTexts('xx')).rejects.toThrow('there are ar, en, nb')
  const texts = globSync('*.json', { cwd: join(import.meta.dirname, '../i18n') }).map((name) => Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, '../i18n', name), 'utf8')) as object))
  expect(new Set(texts.map(String)).size).toBe(1)
})

test.skipIf(missing)(`the page has no barrier, in no language and no colours${missing ? ' (skipped: no Chromium at /usr/bin/chromium)' : ''}`, { timeout: 60_000 }, async () => {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    for (const [language, colorScheme] of [['en', 'light'], ['nb', 'dark'], ['ar', 'light']] as const) {
      const page = await browser.newPage({ colorScheme })
      await page.setContent(modelPage({ name: 'shop', classes: [...northwindClasses().values()], descriptions: new Map() }, await pageTexts(language)))
      await page.evaluate(readFileSync(new URL(import.meta.resolve('axe-core')), 'utf8'))
      expect(await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))')).toEqual([])
    }
  } finally {
    await browser.close()
  }
})
