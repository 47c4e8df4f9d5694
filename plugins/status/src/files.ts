import { loadTexts } from '@caruso/gateway/contract'
import type { Texts } from '@caruso/gateway/contract'
import { readFile } from 'node:fs/promises'

/** What the page is made of. */
export interface Files {
  readonly template: string
  readonly stylesheet: string
  readonly script: string
  readonly icon: string
  readonly texts: ReadonlyMap<string, Texts>
}

/** Reads the page's files; a language more is a file more in `i18n/`. */
export async function loadFiles(): Promise<Files> {
  const [template, stylesheet, script, icon, texts] = await Promise.all([read('public/page.html'), read('public/status.css'), read('public/status.js'), read('public/icon.svg'), loadTexts(new URL('i18n/', packageRoot))])
  return { template, stylesheet, script, icon, texts }
}

/** The same from the sources and from what is built. */
const packageRoot = new URL('../', import.meta.url)

function read(name: string): Promise<string> {
  return readFile(new URL(name, packageRoot), 'utf8')
}
