import { readFileSync } from 'node:fs'

/** This version of the plugin: its sources are the same in each. */
export const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { readonly version: string }
