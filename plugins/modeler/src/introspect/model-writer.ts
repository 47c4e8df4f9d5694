import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Mistakes } from '../mistake.ts'
import { isMapping } from '../check-schema.ts'
import { snakeCase } from '../snake-case.ts'
import { readYaml } from '../yaml-file.ts'
import type { DescribedFiles } from './described-model.ts'
import { madeClass, type MadeClass } from './made-class.ts'

/** A file that says something of a class. */
interface Found {
  readonly file: string
  readonly kind: 'model' | 'mapping'
  readonly class: string
  /** As it was written here. */
  readonly untouched: boolean
  readonly source?: string
  readonly table?: string
  readonly made: MadeClass
}

/** What became of the files, by their paths. */
export interface Written {
  readonly written: readonly string[]
  readonly same: readonly string[]
  /** Left as somebody has changed them, or made by somebody in the first place. */
  readonly kept: readonly string[]
}

/** The folders of a model, and who wrote what is in them. */
export class ModelWriter {
  readonly #folders: Readonly<Record<'model' | 'mapping', string>>
  readonly #found: readonly Found[]

  private constructor(folders: Readonly<Record<'model' | 'mapping', string>>, found: readonly Found[]) {
    this.#folders = folders
    this.#found = found
  }

  static async open(folders: Readonly<Record<'model' | 'mapping', string>>): Promise<ModelWriter> {
    return new ModelWriter(folders, [...(await foundIn(folders.model, 'model')), ...(await foundIn(folders.mapping, 'mapping'))])
  }

  /** The classes that somebody made of tables of a data source, by table; without those that `force` overwrites. */
  made(source: string, usual: string, force: boolean): ReadonlyMap<string, MadeClass> {
    const mappings = this.#found.filter((one) => one.kind === 'mapping' && (one.source ?? usual) === source)
    return new Map(mappings.filter((one) => this.#changed(one.class, force).length > 0).flatMap(({ table, made }) => (table === undefined ? [] : [[table, made]])))
  }

  /** The names that classes of other data sources have, and those that stand in no mapping. */
  taken(source: string, usual: string): ReadonlySet<string> {
    const own = new Set(this.#found.filter((one) => one.kind === 'mapping' && (one.source ?? usual) === source).map((one) => one.class))
    return new Set(this.#found.map((one) => one.class).filter((name) => !own.has(name)))
  }

  /** Writes classes; those of which somebody has changed a file stay as they are, unless `force` says otherwise. */
  async write(classes: readonly DescribedFiles[], source: string, force: boolean): Promise<Written> {
    const result = { written: [] as string[], same: [] as string[], kept: [] as string[] }
    for (const one of classes) {
      const changed = this.#changed(one.class, force)
      if (changed.length > 0) result.kept.push(...changed.map(({ file }) => file))
      else for (const kind of ['model', 'mapping'] as const) result[await put(this.#file(kind, one.class), headed(one[kind], source))].push(this.#file(kind, one.class))
    }
    return result
  }

  #file(kind: 'model' | 'mapping', name: string): string {
    return join(this.#folders[kind], `${snakeCase(name).replaceAll('_', '-')}.yaml`)
  }

  /** The files of a class that somebody wrote, and that are to be kept. */
  #changed(name: string, force: boolean): Found[] {
    return this.#found.filter((one) => one.class === name && !one.untouched && !(force && one.file === this.#file(one.kind, name)))
  }
}

const head = /^# Written by caruso model introspect [^\n]*, sum ([0-9a-f]{16})\n/

function headed(text: string, source: string): string {
  return `# Written by caruso model introspect ${source}, sum ${sumOf(text)}\n${text}`
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

async function put(file: string, text: string): Promise<'written' | 'same'> {
  if (existsSync(file) && (await readFile(file, 'utf8')) === text) return 'same'
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
  return 'written'
}

async function foundIn(folder: string, kind: Found['kind']): Promise<Found[]> {
  if (!existsSync(folder)) return []
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.ya?ml$/.test(name)).toSorted()
  return (await Promise.all(names.map(async (name) => foundOf(join(folder, name), kind, await readFile(join(folder, name), 'utf8'))))).flat()
}

/** A file that cannot be read says nothing of classes; `caruso model check` says what is wrong with it. */
function foundOf(file: string, kind: Found['kind'], text: string): Found[] {
  const value = readYaml(file, text, new Mistakes())?.value
  if (!isMapping(value) || typeof value['class'] !== 'string') return []
  const { source, table } = value
  const sum = head.exec(text)?.[1]
  const untouched = sum !== undefined && sum === sumOf(text.replace(head, ''))
  return [{ file, kind, class: value['class'], untouched, made: madeClass(value['class'], value), ...(typeof source === 'string' ? { source } : {}), ...(typeof table === 'string' ? { table } : {}) }]
}
