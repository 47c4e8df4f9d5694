import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeOf } from '@caruso/contract'
import { PluginStore } from '../src/plugin-store.ts'

/** The folder of an assembly with a desk in version 1.0.0 and, if wanted, somebody who asks it. */
export interface DeskFolder extends AsyncDisposable {
  readonly folder: string
  /** Takes in a version of the desk, with a trait of `fixtures/desk.ts`. */
  add(version: string, trait: string): Promise<void>
  /** Makes a version of the desk wait at a step; returns the end of it. */
  hold(version: string, step: string): Promise<() => Promise<void>>
  /** The steps that desks have reached, such as `1.1.0 start`. */
  steps(): Promise<string[]>
  /** The ids of what was done, one for each time. */
  ledger(): Promise<string[]>
}

export async function deskFolder(options: { readonly isolation?: 'inline' | 'worker' | 'process'; readonly asker?: boolean } = {}): Promise<DeskFolder> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'caruso-desk-')))
  await symlink(join(import.meta.dirname, '../../../node_modules'), join(folder, 'node_modules'))
  const data = join(folder, '.caruso/data/desk')
  await mkdir(data, { recursive: true })
  await writeFile(join(folder, 'assembly.yaml'), assemblyFile(data, options.isolation ?? 'inline', options.asker === true))
  if (options.asker === true) await copyFixture(join(folder, 'asker'), 'asker', '1.0.0', '')
  const add = async (version: string, trait: string): Promise<void> => {
    const source = join(folder, 'sources', version)
    await copyFixture(source, 'desk', version, trait)
    await new PluginStore(folder).add(source, () => undefined)
  }
  await add('1.0.0', 'plain')
  return {
    folder,
    add,
    hold: async (version, step) => {
      const file = join(data, `hold ${version} ${step}`)
      await writeFile(file, '')
      return async () => await rm(file)
    },
    steps: async () => await linesOf(join(data, 'steps')),
    ledger: async () => await linesOf(join(data, 'ledger')),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, maxRetries: 3 }),
  }
}

function assemblyFile(data: string, isolation: string, asker: boolean): string {
  return [
    'assembly: desks',
    'components:',
    '  desk:',
    '    plugin: desk',
    `    isolation: ${isolation}`,
    "    version: '*'",
    `    config: { folder: ${JSON.stringify(data)} }`,
    ...(asker ? ['  asker:', '    plugin: ./asker'] : []),
    '',
  ].join('\n')
}

async function copyFixture(to: string, name: string, version: string, trait: string): Promise<void> {
  await mkdir(to, { recursive: true })
  await cp(join(import.meta.dirname, 'fixtures', `${name}.ts`), join(to, 'index.ts'))
  await writeFile(join(to, 'package.json'), JSON.stringify({ name, version, type: 'module', exports: './index.ts', desk: trait }))
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').slice(0, -1)
}
