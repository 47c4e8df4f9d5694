/** A line between two boxes, by their names; layers grow from what is led to towards what leads there. */
export interface Link {
  readonly from: string
  readonly to: string
}

/** Boxes in columns; where a line passes a column without stopping, the column keeps a place for it. */
export interface Layers {
  readonly columns: readonly (readonly string[])[]
  /** The places that a line passes, from its `to` to its `from`, both included. */
  readonly ways: ReadonlyMap<Link, readonly string[]>
}

const sweeps = 12

/** Puts boxes into columns so that lines go in one direction and cross as little as a few sweeps can bring about. */
export function layersOf(names: readonly string[], links: readonly Link[]): Layers {
  const forward = acyclic(names, links.filter(({ from, to }) => from !== to))
  const column = columnsOf(names, forward)
  const columns: string[][] = Array.from({ length: Math.max(0, ...column.values()) + 1 }, () => [])
  for (const name of names) columns[column.get(name) ?? 0]?.push(name)
  const ways = new Map<Link, string[]>()
  for (const [index, [link, { from, to }]] of [...forward].entries()) {
    const [first, last] = [column.get(to) ?? 0, column.get(from) ?? 0]
    const passed = Array.from({ length: last - first - 1 }, (_, step) => `~${index}.${step}`)
    for (const [step, place] of passed.entries()) columns[first + 1 + step]?.push(place)
    const way = [to, ...passed, from]
    ways.set(link, link.from === from ? way : way.toReversed())
  }
  return { columns: untangled(columns, [...ways.values()]), ways }
}

/** The links with those turned round that would close a circle. */
function acyclic(names: readonly string[], links: readonly Link[]): Map<Link, Link> {
  const leaving = Map.groupBy(links, ({ from }) => from)
  const state = new Map<string, 'open' | 'done'>()
  const forward = new Map<Link, Link>()
  const visit = (name: string): void => {
    state.set(name, 'open')
    for (const link of leaving.get(name) ?? []) {
      const isBack = state.get(link.to) === 'open'
      forward.set(link, isBack ? { from: link.to, to: link.from } : link)
      if (!state.has(link.to)) visit(link.to)
    }
    state.set(name, 'done')
  }
  for (const name of names) if (!state.has(name)) visit(name)
  return forward
}

/** The longest way to a box that leads nowhere. */
function columnsOf(names: readonly string[], forward: ReadonlyMap<Link, Link>): Map<string, number> {
  const leaving = Map.groupBy(forward.values(), ({ from }) => from)
  const column = new Map<string, number>()
  const place = (name: string): number => {
    const known = column.get(name)
    if (known !== undefined) return known
    const found = Math.max(0, ...(leaving.get(name) ?? []).map(({ to }) => place(to) + 1))
    column.set(name, found)
    return found
  }
  for (const name of names) place(name)
  return column
}

/** Sorts each column by where its neighbours stand, there and back. */
function untangled(columns: readonly (readonly string[])[], ways: readonly (readonly string[])[]): string[][] {
  const neighbours = new Map<string, string[]>()
  for (const way of ways) {
    for (const [index, place] of way.entries()) neighbours.set(place, [...(neighbours.get(place) ?? []), ...[way[index - 1], way[index + 1]].filter((next) => next !== undefined)])
  }
  const sorted = columns.map((column) => [...column])
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const places = new Map(sorted.flatMap((column) => column.map((name, index) => [name, (index + 0.5) / column.length] as const)))
    for (const column of sweep % 2 === 0 ? sorted : sorted.toReversed()) {
      const wanted = new Map(column.map((name) => [name, mean((neighbours.get(name) ?? []).map((next) => places.get(next) ?? 0.5), places.get(name) ?? 0.5)]))
      column.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0))
      for (const [index, name] of column.entries()) places.set(name, (index + 0.5) / column.length)
    }
  }
  return sorted
}

function mean(numbers: readonly number[], otherwise: number): number {
  return numbers.length === 0 ? otherwise : numbers.reduce((sum, one) => sum + one, 0) / numbers.length
}
