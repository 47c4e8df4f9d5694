import type { ForeignKey } from './description.ts'

/** What a foreign key does, by the words of SQL in capitals or not. */
export function referentialAction(said: unknown): ForeignKey['onDelete'] {
  const found = String(said).toLowerCase()
  return actions.find((action) => action === found) ?? 'no action'
}

const actions = ['no action', 'restrict', 'cascade', 'set null', 'set default'] as const
