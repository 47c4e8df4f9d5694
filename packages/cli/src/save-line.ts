import type { SaveEvent } from '@caruso/manager'
import { colour, duration } from './terminal.ts'

const shownFiles = 2

/** What became of a save, in one line; where it is broken, what is wrong may take more. */
export function saveLine(event: SaveEvent): string {
  if (event.event === 'left') return `  ${colour.yellow('left')}  ${event.component}: ${event.left.join('; ')}`
  if (event.event === 'unwatched') return `  ${colour.yellow('..')}  ${event.folder}: what is saved there is not noticed: ${event.message}`
  const files = `${event.files.slice(0, shownFiles).join(', ')}${event.files.length > shownFiles ? ` and ${event.files.length - shownFiles} more` : ''}`
  if (event.event === 'restart') return `  ${colour.yellow('..')}  ${files}: restart to apply`
  if (event.event === 'live') return `  ${colour.green('ok')}  ${files}: ${event.component} ${event.version} is live after ${duration(event.ms)}`
  return `  ${colour.red('no')}  ${files}: ${event.message}`
}
