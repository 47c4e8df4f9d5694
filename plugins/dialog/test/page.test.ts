import { existsSync, readFileSync } from 'node:fs'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { servePage, type Served } from './page-dialogs.ts'

const executablePath = '/usr/bin/chromium'
const missing = !existsSync(executablePath) && process.env['CARUSO_TEST_ALL'] !== '1'
const axe = readFileSync(new URL(import.meta.resolve('axe-core')), 'utf8')

// A browser on a busy machine takes its time.
describe.skipIf(missing)(`the page of dialogs in a browser${missing ? ' (skipped: no Chromium at /usr/bin/chromium)' : ''}`, { timeout: 90_000 }, () => {
  let browser: Browser
  let served: Served
  let page: Page
  let broken: string[]

  beforeAll(async () => {
    served = await servePage()
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] })
  }, 90_000)
  afterAll(async () => {
    await browser.close()
    await served.end()
  })

  beforeEach(() => {
    broken = []
  })
  afterEach(async () => {
    served.recover()
    await page.context().close()
  })

  async function open(language: string, options: { readonly colorScheme?: 'dark' | 'light' } = {}): Promise<void> {
    const context = await browser.newContext({ locale: language, ...options })
    page = await context.newPage()
    page.on('pageerror', (error) => broken.push(error.message))
    await page.goto(`${served.base}/?script=debtor`)
    await page.locator('#answer').waitFor()
  }

  /** Types into what has the focus, presses Enter, and waits for the next question. */
  async function answer(text: string, next: string): Promise<void> {
    await page.locator('#answer').fill(text)
    await page.keyboard.press('Enter')
    await asked(next)
  }

  async function asked(words: string): Promise<void> {
    await page.locator('label.asked, legend', { hasText: words }).waitFor()
  }

  test('scripts are chosen by their titles', async () => {
    await open('nb')
    await page.goto(served.base)
    await page.getByRole('link', { name: 'En forfalt faktura' }).click()
    await asked('Kundenummer')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('En forfalt faktura')
  })

  test('a dialog is led from its beginning to its end by the keyboard alone', async () => {
    await open('en')
    expect(await page.getByRole('status').first().textContent()).toContain('Settle an overdue invoice')
    await answer('17', 'Date of birth')
    expect(await page.locator(':focus').getAttribute('type')).toBe('date')
    await answer('1980-05-12', 'How would you like to settle it?')
    expect(await page.locator('#said').textContent()).toContain('Kari Nordmann, invoice 1 2 3 4 was due on 1 October 2026. NOK\u00A03,000.00 of it are not paid.')
    await page.keyboard.press('ArrowDown')
    expect(await page.locator(':checked').getAttribute('value')).toBe('instalments')
    await page.keyboard.press('Enter')
    await asked('Number of monthly instalments')
    expect(await page.locator('#answer').inputValue()).toBe('3')
    await answer('4', 'Day of the first instalment')
    await answer('2026-12-01', 'That makes 4 instalments of 750 kroner')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await asked('How may we remind you')
    expect(served.actions.at(-1)).toBe('billing.instalments')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await asked('E-mail address')
    expect(await page.locator('#answer').inputValue()).toBe('kari@example.no')
    await page.keyboard.press('Enter')
    await page.getByText('We have noted what we agreed.').waitFor()
    expect(await page.locator(':focus').textContent()).toBe('An overdue invoice')
    expect(await page.getByRole('button').count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Begin again' }).count()).toBe(1)
    expect([served.actions.slice(-2), broken]).toEqual([['customer.reminders', 'customer.receipt'], []])
  })

  test('what is wrong is said beside the field, which names it, and is announced', async () => {
    await open('en')
    await page.locator('#answer').fill('seventeen')
    await page.getByRole('button', { name: 'Continue' }).click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    const field = page.locator('#answer')
    expect([await field.getAttribute('aria-invalid'), await field.getAttribute('aria-describedby'), await alert.getAttribute('id')]).toEqual(['true', 'notice', 'notice'])
    expect(await page.locator(':focus').getAttribute('id')).toBe('answer')
    await page.getByRole('button', { name: 'Help' }).click()
    await page.locator('#notice[role=status]').waitFor()
    expect(await field.getAttribute('aria-invalid')).toBeNull()
    await answer('17', 'Date of birth')
    expect(await page.locator('#notice').isVisible()).toBe(false)
  })

  test('answers so far can be changed, and those after are kept where they still apply', async () => {
    await open('en')
    await answer('17', 'Date of birth')
    await answer('1980-05-12', 'How would you like')
    await page.getByLabel('Pay on a later day').check()
    await page.getByRole('button', { name: 'Continue' }).click()
    await asked('Amount')
    expect(await page.locator('#hint').textContent()).toBe('In NOK')
    await answer('1,500.50', 'Paid by')
    expect(await page.locator('#answers li').allTextContents()).toEqual([expect.stringContaining('17'), expect.stringContaining('•••'), expect.stringContaining('Pay on a later day'), expect.stringContaining('NOK\u00A01,500.50')])
    await page.getByRole('button', { name: 'Change: How would you like to settle it?' }).click()
    await asked('How would you like')
    expect(await page.locator(':checked').getAttribute('value')).toBe('later')
    await page.getByRole('button', { name: 'Continue' }).click()
    await asked('Paid by')
    await page.getByRole('button', { name: 'Back' }).click()
    await asked('Amount')
    expect(await page.locator('#answer').inputValue()).toBe('NOK\u00A01,500.50')
  })

  test('a page that is loaded anew, in another language too, goes on where it was', async () => {
    await open('en')
    await answer('17', 'Date of birth')
    await page.getByRole('link', { name: 'العربية' }).click()
    await page.locator('html[dir=rtl]').waitFor()
    await asked('تاريخ الميلاد')
    expect(await page.locator('main').getAttribute('dir')).toBe('rtl')
    expect(await page.locator('#answers li').count()).toBe(1)
    await page.reload()
    await asked('تاريخ الميلاد')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('فاتورة متأخرة السداد')
  })

  test('what could not be sent can be sent again, and what went on elsewhere is shown as it stands', async () => {
    await open('en')
    served.fail()
    await page.locator('#answer').fill('17')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    expect(await page.locator('#lost').textContent()).toBe('We could not reach our systems. Please try again.')
    served.recover()
    await page.getByRole('button', { name: 'Continue' }).click()
    await asked('Date of birth')
    expect(await page.locator('#lost').isVisible()).toBe(false)
    served.goOn({ kind: 'answer', value: '1980-05-12' })
    await page.locator('#answer').fill('1980-05-12')
    await page.keyboard.press('Enter')
    await asked('How would you like')
    expect(await page.locator('#lost').textContent()).toBe('This was gone on with elsewhere. Here is how it stands.')
  })

  test('what was laid aside elsewhere is taken up again, also where that did not succeed at first', async () => {
    await open('en')
    served.layAside()
    await page.route('**/get', (route) => route.abort())
    await page.locator('#answer').fill('17')
    await page.keyboard.press('Enter')
    await page.getByText('We could not reach our systems. Please try again.').waitFor()
    await page.unroute('**/get')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByText('This was gone on with elsewhere.').waitFor()
    await answer('17', 'Date of birth')
  })

  test.each([
    ['en', 'light', 'Continue'],
    ['nb', 'dark', 'Fortsett'],
    ['ar', 'light', 'متابعة'],
  ] as const)('has no barrier in %s, %s, wide and narrow, right or wrong', async (language, colorScheme, next) => {
    await open(language, { colorScheme })
    expect(await barriers()).toEqual([])
    await page.getByRole('button', { name: next }).click()
    await page.getByRole('alert').waitFor()
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await barriers()).toEqual([])
    for (const text of ['17', '1980-05-12']) {
      await page.locator('#answer').fill(text)
      await page.getByRole('button', { name: next }).click()
      await page.locator('#answers li', { hasText: text === '17' ? '17' : '•••' }).waitFor()
    }
    expect(await barriers()).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    expect(broken).toEqual([])
  })

  /** What axe finds; its script comes through the debugger, because the page's policy lets nothing else in. */
  async function barriers(): Promise<unknown> {
    await page.evaluate(axe)
    return await page.evaluate('axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`)]))')
  }
})
