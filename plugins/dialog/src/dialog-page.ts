import { TranslatedPage } from '@caruso/gateway/contract'
import type { Texts } from '@caruso/gateway/contract'

const files = { '/dialog.css': 'text/css', '/dialog.js': 'text/javascript', '/field.js': 'text/javascript', '/icon.svg': 'image/svg+xml' } as const

/** The page on which customers serve themselves: one question at a time, in every language that there is. */
export async function loadDialogPage(texts: ReadonlyMap<string, Texts>): Promise<TranslatedPage> {
  // The same from the sources and from what is built.
  return await TranslatedPage.load({ folder: new URL('../public/', import.meta.url), files, texts, forScript: (name) => name.startsWith('page.') })
}
