import { loadTexts, TranslatedPage } from '@caruso/gateway/contract'

/** The status page with its files, in every language there is; a language more is a file more in `i18n/`. */
export async function loadPage(): Promise<TranslatedPage> {
  return await TranslatedPage.load({
    folder: new URL('public/', packageRoot),
    files: { '/status.css': 'text/css', '/status.js': 'text/javascript', '/icon.svg': 'image/svg+xml' },
    texts: await loadTexts(new URL('i18n/', packageRoot)),
  })
}

/** The same from the sources and from what is built. */
const packageRoot = new URL('../', import.meta.url)
