import { readdir, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Texts } from './view.ts'

const folder = new URL('../i18n/', import.meta.url)

/** The plugin's own texts by language; a language more is a file more. */
export async function loadTexts(): Promise<ReadonlyMap<string, Texts>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted()
  return new Map(await Promise.all(names.map(async (name) => [basename(name, '.json'), JSON.parse(await readFile(new URL(name, folder), 'utf8')) as Texts] as const)))
}
