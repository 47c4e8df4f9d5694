import { existsSync, readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { component, ManagerDouble, run } from './running-status.ts'
import type { Running } from './running-status.ts'

const executablePath = '/usr/bin/chromium'
const required = process.env['CARUSO_TEST_ALL'] === '1'
const missing = !existsSync(executablePath) && !required
const axe = readFileSync(new URL(import.meta.resolve('axe-core')), 'utf8')

// A browser on a busy machine takes its time.
describe.skipIf(missing)(`the status page in a browser${missing ? ' (skipped: no Chromium at /usr/bin/chromium)' : ''}`, { timeout: 90_000 }, () => {
  let browser: Browser
  let running: Running
  let page: Page
  let broken: string[]

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    const manager = new ManagerDouble()
    manager.components = [component('orders', { calls: 100 }), component('erp', { isolation: 'process', errors: 3 }), component('mail', { state: 'failed', health: { ok: false, detail: 'mail.example refuses' } })]
    manager.swaps = [{ at: '2026-11-01T10:00:00Z', host: 'main', epoch: 3, component: 'erp', action: 'swap', from: '0.9.0', to: '1.0.0', who: 'kari', why: '', outcome: 'done', detail: '', ms: 40 }]
    running = await run(manager)
    broken = []
  })
  afterEach(async () => {
    await page.context().close()
    await running.end()
  })

  async function open(language: string, options: { readonly colorScheme?: 'dark' | 'light'; readonly viewport?: { width: number; height: number } } = {}): Promise<void> {
    const context = await browser.newContext({ locale: language, ...options })
    page = await context.newPage()
    page.on('console', (message) => {
      if (message.type() === 'error') broken.push(message.text())
    })
    page.on('pageerror', (error) => broken.push(error.message))
    await page.goto(`${running.base}/`)
    await page.getByRole('row', { name: /orders/ }).waitFor()
  }

  function cell(name: string, label: string): Promise<string | null> {
    return page.locator('tr', { hasText: name }).locator(`td.${label}`).textContent()
  }

  test('shows the components with version, state, figures and the recent changes', async () => {
    await open('en')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Fjord Energi')
    expect(await page.getByRole('row').count()).toBe(4)
    expect(await cell('mail', 'state')).toBe('Failed · unhealthymail.example refuses')
    expect(await cell('erp', 'errors')).toBe('3')
    expect(await cell('orders', 'started')).toBe('3 hours ago')
    expect(await page.locator('#summary').textContent()).toBe('Needs attention: mail')
    expect(await page.getByRole('listitem').textContent()).toContain('0.9.0 → 1.0.0')
    expect(broken).toEqual([])
  })

  test('shows a new version as soon as it is told, and both while the old one finishes', async () => {
    await open('en')
    running.manager.components = [component('orders', { instance: 'orders-2', version: '1.1.0' }), component('orders', { state: 'leaving' })]
    running.change('orders', '1.1.0')
    await page.locator('.version.flash', { hasText: '1.1.0' }).waitFor({ timeout: 1900 })
    expect(await cell('orders', 'version')).toBe('1.1.0also 1.0.0, Finishing')
    expect(await page.locator('#announce').textContent()).toBe('orders: version 1.0.0 is now 1.1.0')
    expect(await page.locator('#summary').textContent()).toBe('All components are healthy')
    expect(await page.getByRole('row').count()).toBe(2)
  })

  test('counts calls per second from what changes', async () => {
    await open('en')
    expect(await cell('orders', 'callsPerSecond')).toBe('–')
    running.manager.components = [component('orders', { calls: 600 })]
    await page.locator('td.callsPerSecond', { hasText: /^[1-9]/ }).waitFor()
  })

  test('says that the connection is lost, and recovers by itself', async () => {
    await open('en')
    const { manager, port } = running
    await running.end()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toMatch(/^Connection lost, trying again\. What is shown is from \d/)
    expect(await page.getByRole('row').count()).toBe(4)
    manager.components = [component('orders', { version: '2.0.0' })]
    running = await run(manager, port)
    await alert.waitFor({ state: 'hidden' })
    expect(await cell('orders', 'version')).toBe('2.0.0')
  })

  test('says so too when the service manager does not answer', async () => {
    await open('en')
    running.manager.fails = true
    await page.getByRole('alert').waitFor()
    running.manager.fails = false
    await page.getByRole('alert').waitFor({ state: 'hidden' })
  })

  test('changes its language by keyboard', async () => {
    await open('en')
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('العربية')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/?lang=ar')
    expect(await page.locator('html').getAttribute('dir')).toBe('rtl')
    // Else words that begin with a number would change places with it.
    await page.locator('bdi', { hasText: 'mail.example refuses' }).waitFor()
  })

  test.each([
    ['en', 'light', 'Components'],
    ['nb', 'dark', 'Komponenter'],
    ['ar', 'light', 'المكوّنات'],
    ['ar', 'dark', 'المكوّنات'],
  ] as const)('has no barrier in %s, %s, wide and narrow, connected or not', async (language, colorScheme, heading) => {
    await open(language, { colorScheme })
    await page.getByRole('heading', { name: heading, exact: true }).waitFor()
    expect(await barriers()).toEqual([])
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await barriers()).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    running.manager.fails = true
    await page.getByRole('alert').waitFor()
    expect(await barriers()).toEqual([])
  })

  /** What axe finds; its script comes through the debugger, because the page's policy lets nothing else in. */
  async function barriers(): Promise<unknown> {
    await page.evaluate(axe)
    return page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)]))')
  }
})
