import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { caruso, temporaryFolder } from '../../../test/command.ts'

const example = join(import.meta.dirname, '../../../examples/orders')

/** The example as it ships: whoever tried it may have swapped a version there. */
function ordersFolder(): string {
  const folder = join(temporaryFolder(), 'orders')
  cpSync(example, folder, { recursive: true, filter: (path) => !['.caruso', 'assembly.lock'].includes(basename(path)) })
  return folder
}

test('docs writes a page for each contract of the assembly, twice the same, and all links lead somewhere', async () => {
  const [folder, orders] = [temporaryFolder(), ordersFolder()]
  const written = await caruso(orders, 'docs', '--out', join(folder, 'first'), '--json')
  expect([written.code, JSON.parse(written.output)]).toEqual([0, { folder: join(folder, 'first'), pages: ['README.md', 'desk.md', 'objects.md', 'orders.md', 'pages.md', 'preparation.md', 'status.md', 'storage.md'] }])
  await caruso(orders, 'docs', '--out', join(folder, 'second'))
  expect(pagesIn(join(folder, 'first'))).toEqual(pagesIn(join(folder, 'second')))
  for (const [page, text] of pagesIn(join(folder, 'first'))) {
    const links = [...text.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(([^)#]+)\)/g)].map(([, link = '']) => link)
    expect([page, links.filter((link) => !existsSync(join(folder, 'first', link)))]).toEqual([page, []])
  }
})

test('a page tells everything that the contract says', async () => {
  const folder = temporaryFolder()
  await caruso(ordersFolder(), 'docs', '--out', folder)
  const pages = new Map(pagesIn(folder))
  expect(pages.get('README.md')).toContain('| order-desk | `@caruso-examples/order-desk` 1.0.0 | [desk 1.0.0](desk.md) | [orders 1.0.0](orders.md) |')
  const text = pages.get('orders.md') ?? ''
  expect(text).toMatch(/^# orders 1\.0\.0\n\nProvided by legacy-orders\. Required by order-desk\. /)
  expect(text).toContain('| `due` | `string \\| null` | date |')
  expect(text).toContain("caruso call orders.search '{\"text\":\"text\"}'")
  expect(pages.get('storage.md')).toMatch(/\| \[`sql`\]\(#sql\) \| One statement [^|]* \| needs `storage\.sql` \|/)
  expect(pages.get('storage.md')).toMatch(/### sql\n[^#]*Fails with `INVALID_INPUT`, `FORBIDDEN`, /)
})

test('docs of one plugin need no assembly of it', async () => {
  const folder = temporaryFolder()
  await caruso(folder, 'new', 'plugin', 'greeter')
  expect(await caruso(folder, 'docs', 'greeter', '--out', 'written')).toMatchObject({ code: 0, output: 'Wrote written/README.md, written/greeter.md\n' })
  const text = readFileSync(join(folder, 'written/greeter.md'), 'utf8')
  expect(text).toContain('| [`greet`](#greet) | Greets somebody by name | idempotent, public |')
  expect(text).toMatch(/## Events\n\n### greeted\n\nSomebody was greeted\n/)
})

test('a plugin that does not load is named', async () => {
  const folder = temporaryFolder()
  await caruso(folder, 'new', 'plugin', 'greeter')
  writeFileSync(join(folder, 'greeter/src/index.ts'), 'export default 7\n')
  expect(await caruso(folder, 'docs', './greeter')).toMatchObject({ code: 1, output: '', errors: expect.stringMatching(/Loaded plugin "greeter" from ".*index\.ts": expected its default export to come from definePlugin\(\)/) })
})

function pagesIn(folder: string): [name: string, text: string][] {
  return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])
}
