import { readdir, readFile } from 'node:fs/promises'

/** The same from the sources and from what is built. */
const folder = new URL('../i18n/', import.meta.url)

/** The plugin's texts by language; a language more is a file more in `i18n/`. */
export async function loadTexts(): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  return new Map(await Promise.all(files.map(async (name) => [name.slice(0, -'.json'.length), JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Record<string, string>] as const)))
}
