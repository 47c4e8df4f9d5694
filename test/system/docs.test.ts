import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { addShippedCommands, exitCode, program } from '@caruso/cli'
import type { Commands } from '@caruso/contract'
import { readAssembly } from '@caruso/manager'
import { describe, expect, test } from 'vitest'
import { blocksOf, difference, stepsOf } from './docs-blocks.ts'
import { DocsClone } from './docs-clone.ts'

const root = join(import.meta.dirname, '../..')
const { commands } = await addShippedCommands(program())
const documents = globSync(['*.md', 'docs/**/*.md', '{packages,plugins,examples}/*/README.md'], { cwd: root }).map((path) => ({ path, text: read(path) }))

describe.skipIf(process.platform === 'win32')('followed word by word', () => {
  test.each([['README.md', 'npx '], ['docs/plugin-author/first-plugin.md', ''], ['docs/plugin-author/workbench.md', ''], ['docs/plugin-author/state-and-swap.md', ''], ['docs/plugin-author/own-classes.md', ''], ['docs/plugin-author/testing.md', ''], ['docs/operator/run.md', ''], ['docs/operator/swap.md', ''], ['docs/operator/backup.md', ''], ['docs/operator/hosts.md', ''], ['docs/operator/copy-data.md', ''], ['docs/integrator/map-an-existing-database.md', ''], ['docs/integrator/change-a-model.md', ''], ['docs/integrator/write-a-dialog.md', '']])('%s does what it says', { timeout: 240_000 }, async (path, npx) => {
    const clone = await DocsClone.open(npx)
    let left: string[] = []
    try {
      for (const step of stepsOf(read(path))) await clone.follow(step)
    } finally {
      left = await clone.close()
    }
    expect(left).toEqual([])
  })

  test('the command of a plugin is well typed', { timeout: 120_000 }, async () => {
    const clone = await DocsClone.open()
    try {
      await clone.run('mkdir bakery && cd bakery && caruso new plugin greeter\n')
      for (const step of stepsOf(read('docs/plugin-author/workbench.md'))) if (step.file?.startsWith('greeter/') === true) await clone.follow(step)
      expect(await clone.run('cd greeter && npx tsc --noEmit\n')).toBe('')
    } finally {
      await clone.close()
    }
  })

  // All at once: the compiler takes longest over what they have in common.
  test('what the guides for plugin authors have you write is well typed', { timeout: 120_000 }, async () => {
    const clone = await DocsClone.open()
    const guides = ['first-plugin', 'state-and-swap', 'own-classes', 'testing']
    try {
      for (const guide of guides) for (const step of stepsOf(read(`docs/plugin-author/${guide}.md`))) if (step.file !== undefined) await clone.follow({ ...step, file: `${guide}/${step.file}` })
      writeFileSync(join(clone.folder, 'tsconfig.guides.json'), JSON.stringify({ extends: './tsconfig.json', include: guides }))
      expect(await clone.run('npx tsc --noEmit -p tsconfig.guides.json\n')).toBe('')
    } finally {
      await clone.close()
    }
  })
})

test('every assembly in docs/integrator/assembly.md can be read', async () => {
  const assemblies = blocksOf(read('docs/integrator/assembly.md')).filter(({ language }) => language === 'yaml')
  expect(assemblies.length).toBeGreaterThan(3)
  for (const { text, line } of assemblies) expect(await mistakesOf(text), `line ${line}`).toBe('')
})

test('the table of errors names every code of the sources, and no other', () => {
  const rows = [...read('docs/reference/contracts.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code = '']) => code)
  const written = globSync('{packages,plugins}/*/src/errors.ts', { cwd: root }).flatMap((path) => [...read(path).matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map(([, code = '']) => code))
  expect(rows).toEqual([...new Set(rows)].toSorted())
  expect(rows).toEqual([...new Set(written)].toSorted())
})

test('every relative link leads to a file', () => {
  const broken = documents.flatMap(({ path, text }) =>
    linksOf(text)
      .filter((link) => !existsSync(join(root, dirname(path), link)))
      .map((link) => `${path} links to ${link}`),
  )
  expect(broken).toEqual([])
})

test('every command that is named exists, with its options', async () => {
  const known = new Map<string, readonly (string | null | undefined)[]>([...(await optionsOfPlugins()), ...commands.map((command) => [command.name(), optionsOf(command)] as const)])
  // A guide may make a command of its own.
  const made = (text: string): string[] => [...text.matchAll(/^ {2}(\w+): \{\n {4}description: /gm)].map(([, name = '']) => name)
  const strange = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:npx |`)caruso ((?:--?[\w-]+ )*)([a-z]+)([^\n`]*)/g)]
      .filter(([, , name = '', rest = '']) => {
        if (made(text).includes(name)) return false
        const options = known.get(name)
        return options === undefined || [...rest.replaceAll(/'[^']*'|"[^"]*"/g, '').matchAll(/ (--[a-z-]+)/g)].some(([, option]) => !options.includes(option))
      })
      .map(([all]) => `${path}: ${all}`),
  )
  expect(strange).toEqual([])
})

test('the operator is told every exit code', () => {
  const told = [...read('docs/operator/swap.md').matchAll(/^\| (\d+) \| \w/gm)].map(([, code]) => Number(code))
  expect(told).toEqual(Object.values(exitCode).toSorted((a, b) => a - b))
})

test('the guides name every command', () => {
  const text = documents.filter(({ path }) => path.startsWith('docs/')).map((document) => document.text).join('\n')
  expect(commands.map((command) => command.name()).filter((name) => !text.includes(`caruso ${name}`))).toEqual([])
})

describe('difference()', () => {
  test.each([
    ['the same text', 'a\nb', 'a\nb\n'],
    ['a part that changes', 'ready in … ms', 'ready in 12 ms'],
    ['lines that are left out', 'a\n…\nd', 'a\nb\nc\nd'],
    ['columns of another width', 'a  b', 'a     b'],
  ])('accepts %s', (_, shown, printed) => {
    expect(difference(shown, printed)).toBeUndefined()
  })

  test.each([
    ['another word', 'a\nb', 'a\nc'],
    ['a line more', 'a', 'a\nb'],
    ['another order', 'a\nb', 'b\na'],
  ])('refuses %s', (_, shown, printed) => {
    expect(difference(shown, printed)).toBeTypeOf('string')
  })
})

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function linksOf(text: string): string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link.replace(/#.*$/, '')).filter((link) => link !== '' && !/^[a-z]+:/.test(link))
}

function optionsOf(command: ReturnType<typeof program>): (string | null | undefined)[] {
  return [...command.options, ...(command.parent?.options ?? [])].map(({ long }) => long)
}

/** What may be typed after the commands that plugins ship, also those that only an assembly brings. */
async function optionsOfPlugins(): Promise<(readonly [string, readonly string[]])[]> {
  const modules = await Promise.all(globSync('plugins/*/src/cli.ts', { cwd: root }).map(async (path) => (await import(join(root, path))) as { readonly default: Commands }))
  const flag = (key: string): string => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  return modules.flatMap((module) => Object.entries(module.default).map(([name, { input }]) => [name, ['--json', '--assembly', ...Object.keys(input.properties).map(flag)]] as const))
}

async function mistakesOf(assembly: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'caruso-docs-'))
  try {
    writeFileSync(join(folder, 'assembly.yaml'), assembly)
    await readAssembly(folder, { env: { CARUSO_SECRET_ERP_PASSWORD: 'x', CARUSO_SECRET_NATS_TOKEN: 'x', ERP_HOST: 'erp.example' } })
    return ''
  } catch (error) {
    return String(error)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
