import type { Plan } from '../../contract.ts'

/** All rows are looked at before the first one comes: groups, and what is ordered by what is computed of each row, as how well it fits a search. */
export function comesTogether({ aggregates, group, columns, order }: Plan): boolean {
  const isComputed = (name: string): boolean => columns?.some((entry) => typeof entry === 'object' && 'term' in entry && entry.as === name) === true
  return aggregates !== undefined || group !== undefined || order?.some(({ column, of }) => of === undefined && isComputed(column)) === true
}
