import type { Term } from './contract.ts'

export type Constant = Extract<Term, { readonly value: unknown }>
export type Placed = Constant & { readonly value: string }
export type Fold = Extract<Term, { readonly fold: string }>

/** The values of a term that get places in its SQL, in the order of their places; null, true and false are written out. */
export function placesOf(term: Term): readonly Placed[] {
  const places: Placed[] = []
  collect(term, places)
  return places
}

/** What of a term makes its SQL, as a text. */
export function termShape(term: Term): string {
  if ('value' in term) return typeof term.value === 'string' ? `?${JSON.stringify(term.type)}${isWhole(term) ? 'whole' : ''}` : String(term.value)
  if ('column' in term) return JSON.stringify([term.column, term.of, term.type])
  const parts = partsOf(term).map(termShape).join(',')
  if ('list' in term) return `[${parts}]`
  return 'fold' in term ? `${term.fold}${JSON.stringify(term.over, (key, value: unknown) => (key === 'where' ? true : value))}(${parts})` : `${JSON.stringify(term.op)}(${parts})`
}

/** The terms directly inside, in the order of their places. */
export function partsOf(term: Term): readonly Term[] {
  if ('value' in term || 'column' in term) return []
  if ('list' in term) return term.list
  if ('fold' in term) return [...(term.over.joins ?? []).flatMap(({ where }) => where ?? []), term.where, ...(term.of === undefined ? [] : [term.of])]
  return term.of
}

/** Into one list, since each statement that is asked for anew is looked up by this. */
function collect(term: Term, places: Placed[]): void {
  if (isPlaced(term)) places.push(term)
  for (const part of partsOf(term)) collect(part, places)
}

function isPlaced(term: Term): term is Placed {
  return 'value' in term && typeof term.value === 'string'
}

/** A number that a column of whole numbers can be compared with as one. */
export function isWhole(term: Constant): boolean {
  return term.type === 'number' && typeof term.value === 'string' && /^-?\d{1,18}$/.test(term.value)
}
