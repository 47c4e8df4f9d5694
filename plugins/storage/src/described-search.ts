import type { TableDescription, TriggerDescription } from './description.ts'
import { markColumn, searchedColumns, wordColumn } from './search-index.ts'
import { sidecarName } from './sidecar.ts'

/** The index of a table for searches as its database describes it, also where parts of it are missing. */
export interface DescribedSearch {
  /** The columns whose words it has; none where the table that knows them is missing. */
  readonly columns: readonly string[]
  /** What is wrong with it, in words, each with what follows from it; none where it is whole. */
  readonly faults: readonly string[]
}

type Find = (name: string) => TableDescription | undefined

/** @returns undefined where there is no part of one */
export function describedSearch(table: TableDescription, find: Find): DescribedSearch | undefined {
  const [words, marks] = [find(sidecarName('words', table.name)), find(sidecarName('marks', table.name))]
  const marking = markingTriggers(table)
  if (words === undefined && marks === undefined && marking.length === 0) return undefined
  const faults = [...marksFaults(table, marks, marking), ...triggerFaults(table, marking), ...wordsFaults(table, words)]
  return { columns: searchedColumns(table.key, (marks?.columns ?? []).map(({ name, type }) => ({ name, isText: type === 'text' }))), faults }
}

/** The triggers that write the keys of changed rows into the marks. */
export function markingTriggers({ name, triggers = [] }: TableDescription): readonly TriggerDescription[] {
  const names = new Set(['insert', 'update', 'delete'].map((event) => sidecarName('marks', `${event} ${name}`)))
  return triggers.filter((trigger) => names.has(trigger.name))
}

function marksFaults(table: TableDescription, marks: TableDescription | undefined, marking: readonly TriggerDescription[]): string[] {
  const name = sidecarName('marks', table.name)
  if (marks === undefined) return [`its table ${name}, which says which rows were changed, is missing${marking.length === 0 ? '' : ', and without it nothing can be written'}`]
  return lacking(marks, [markColumn, ...table.key])
}

const followed = [
  ['insert', 'added', 'searches miss these'],
  ['update', 'changed', 'searches miss what they say now'],
  ['delete', 'removed', 'their words stay'],
] as const

function triggerFaults({ triggersHidden }: TableDescription, marking: readonly TriggerDescription[]): string[] {
  if (triggersHidden) return []
  return followed.flatMap(([event, rows, effect]) => {
    const found = marking.find(({ events }) => events.includes(event))
    if (found === undefined) return [`no trigger tells it of rows that are ${rows}, so ${effect}`]
    return found.disabled ? [`the trigger ${found.name}, which tells it of rows that are ${rows}, is switched off, so ${effect}`] : []
  })
}

function wordsFaults(table: TableDescription, words: TableDescription | undefined): string[] {
  if (words === undefined) return [`its table ${sidecarName('words', table.name)} is missing, so searches read all rows`]
  const index = sidecarName('rows', table.name)
  return [...lacking(words, [wordColumn, ...table.key]), ...(words.indexes.some(({ name }) => name === index) ? [] : [`the index ${index} of its table ${words.name} is missing, so reading what was changed takes long`])]
}

function lacking({ name, columns }: TableDescription, needed: readonly string[]): string[] {
  return needed.filter((one) => !columns.some((column) => column.name === one)).map((one) => `its table ${name} has no column ${one}`)
}
