import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What follows a message: where beside or below a file an error was found or thrown, such as ` (at /a/b.ts:3:7)`; empty where its stack does not say. */
export function placeWords(error: unknown, file: unknown): string {
  if (!(error instanceof Error) || typeof file !== 'string') return ''
  const places = [...(error.stack ?? '').matchAll(/(?:^|at |\()(file:\/\/[^\s)]+|\/[^\s():]+):(\d+(?::\d+)?)\)?$/gm)].map(([, url = '', line]) => `${url.startsWith('file:') ? fileURLToPath(url) : url}:${line}`)
  const folder = dirname(file)
  const place = places.find((one) => one.startsWith(folder) && !one.slice(folder.length).includes('node_modules'))
  return place === undefined || error.message.includes(place) ? '' : ` (at ${place})`
}
