import { chromium } from 'playwright-core'
import { rolldown } from 'rolldown'
import { expect, inject, test } from 'vitest'
import { language } from './language.ts'
import { ada, nobody, shop } from './shop.ts'

const executablePath = inject('chromium')
const rows = Object.values(language).flat()

test.skipIf(executablePath === undefined)('a browser computes what the server does', { timeout: 90_000 }, async () => {
  const code = await bundled()
  const browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
  try {
    const page = await browser.newPage({ timezoneId: 'America/New_York', locale: 'ar' })
    await page.addScriptTag({ content: code })
    const run = `([sources, schema, ...given]) => sources.map((source) => given.map((values) => expression.evaluator(expression.check(source, schema))(values)))`
    const found = (await page.evaluate(`(${run})(${JSON.stringify([rows.map(([source]) => source), shop, ada, nobody])})`)) as readonly (readonly unknown[])[]
    expect(found.map(([gives], index) => [rows[index]?.[0], gives])).toEqual(rows.map(([source, gives]) => [source, gives]))
    expect(found.flatMap(([, forNobody], index) => (rows[index]?.length === 3 ? [[rows[index][0], forNobody]] : []))).toEqual(rows.flatMap((row) => (row.length === 3 ? [[row[0], row[2]]] : [])))
  } finally {
    await browser.close()
  }
})

async function bundled(): Promise<string> {
  const bundle = await rolldown({ input: new URL('../src/index.ts', import.meta.url).pathname, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'iife', name: 'expression' })
  await bundle.close()
  return output[0].code
}
