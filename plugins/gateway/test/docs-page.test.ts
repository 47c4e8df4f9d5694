import { existsSync, readFileSync } from 'node:fs'
import { contract, Type } from '@caruso/contract'
import { chromium } from 'playwright-core'
import { expect, test } from 'vitest'
import { openGateway } from './open-gateway.ts'

const executablePath = '/usr/bin/chromium'
const missing = !existsSync(executablePath) && process.env['CARUSO_TEST_ALL'] !== '1'

const Orders = contract({
  name: 'orders',
  version: '1.0.0',
  operations: {
    get: { description: 'One order', input: Type.Object({ id: Type.Integer() }), output: Type.Object({ item: Type.String() }), idempotent: true, public: true },
    all: { input: Type.Object({}), stream: Type.Integer(), idempotent: true, public: true, permission: 'read', description: 'All' },
  },
})

const looks = [
  { colorScheme: 'light', locale: 'en-GB', tryIt: 'Try it' },
  { colorScheme: 'dark', locale: 'nb-NO', tryIt: 'Prøv' },
  { colorScheme: 'light', locale: 'ar-EG', tryIt: 'جرّبها' },
] as const

test('the page for people speaks the language of the browser, or the one asked for', async () => {
  const { base } = await openGateway({}, [Orders, { get: () => ({ item: 'kettle' }), all: async function* () {} }])
  const page = async (query: string, accept: string): Promise<{ readonly language: string | null; readonly body: string }> => {
    const response = await fetch(`${base}/docs${query}`, { headers: { 'accept-language': accept } })
    return { language: response.headers.get('content-language'), body: await response.text() }
  }
  const arabic = await page('', 'ar-EG,en;q=0.5')
  expect(arabic.language).toBe('ar')
  expect(arabic.body).toContain('<html lang="ar" dir="rtl">')
  expect(arabic.body).toContain('<bdi>One order</bdi>')
  expect((await page('?lang=nb', 'ar')).body).toContain('Offentlige operasjoner')
  expect((await page('?lang=<script>&lang=2', 'de')).language).toBe('en')
})

test.skipIf(missing)(`an operation is tried from the page for people, which has no barrier${missing ? ' (skipped: no Chromium at /usr/bin/chromium)' : ''}`, async () => {
  const { base } = await openGateway({}, [Orders, { get: () => ({ item: 'kettle' }), all: async function* () {} }])
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
  try {
    for (const { colorScheme, locale, tryIt } of looks) {
      const page = await browser.newPage({ colorScheme, locale })
      await page.goto(`${base}/docs`)
      await page.evaluate(readFileSync(new URL(import.meta.resolve('axe-core')), 'utf8'))
      expect(await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))')).toEqual([])
      await page.getByLabel('id').fill('7')
      await page.getByRole('button', { name: tryIt }).click()
      await page.waitForURL('**/api/orders/v1/get?id=7')
      expect(await page.textContent('body')).toContain('kettle')
      await page.close()
    }
  } finally {
    await browser.close()
  }
})
