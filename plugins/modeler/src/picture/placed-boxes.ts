import { layersOf, type Link } from './layers.ts'

/** What a box shows: its name, and a line for each attribute that is shown. */
export interface Box {
  readonly name: string
  readonly rows: readonly string[]
}

export interface PlacedBox extends Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Boxes with their places, lines through points between them, and the size of it all; in pixels. */
export interface Picture<L extends Link> {
  readonly boxes: readonly PlacedBox[]
  /** From the box of `from` to that of `to`; none for a line to itself. */
  readonly lines: readonly { readonly link: L; readonly points: readonly { readonly x: number; readonly y: number }[] }[]
  readonly width: number
  readonly height: number
}

export const sizes = { row: 18, head: 28, pad: 6, letter: 7.9, gapX: 90, gapY: 26, passing: 16, margin: 16 } as const
const perRow = 4

/** Boxes that lines connect in columns, the others in rows below. */
export function placedBoxes<L extends Link>(boxes: readonly Box[], links: readonly L[]): Picture<L> {
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]))
  const byName = new Map(boxes.map((box) => [box.name, box]))
  const { columns, ways } = layersOf(boxes.filter(({ name }) => linked.has(name)).map(({ name }) => name), links)
  const placed = new Map<string, PlacedBox>()
  const tallest = Math.max(0, ...columns.map((column) => heightOf(column, byName)))
  let x: number = sizes.margin
  for (const column of columns) {
    const width = Math.max(0, ...column.map((name) => widthOf(byName.get(name))))
    let y = sizes.margin + (tallest - heightOf(column, byName)) / 2
    for (const name of column) {
      const box = byName.get(name)
      const height = box === undefined ? sizes.passing : boxHeight(box)
      placed.set(name, { name, rows: box?.rows ?? [], x, y, width, height })
      y += height + sizes.gapY
    }
    x += width + sizes.gapX
  }
  const connected = { width: linked.size === 0 ? 0 : x - sizes.gapX + sizes.margin, height: linked.size === 0 ? 0 : tallest + 2 * sizes.margin }
  const rest = inRows(boxes.filter(({ name }) => !linked.has(name)), connected.height)
  return {
    boxes: [...[...placed.values()].filter(({ name }) => byName.has(name)), ...rest.boxes],
    lines: links.map((link) => ({ link, points: (ways.get(link) ?? []).toReversed().map((name) => middle(placed.get(name))) })),
    width: Math.max(connected.width, rest.width),
    height: connected.height + rest.height,
  }
}

function inRows(boxes: readonly Box[], top: number): { readonly boxes: readonly PlacedBox[]; readonly width: number; readonly height: number } {
  const width = Math.max(0, ...boxes.map(widthOf))
  const placed: PlacedBox[] = []
  let y = top + sizes.margin
  for (let first = 0; first < boxes.length; first += perRow) {
    const row = boxes.slice(first, first + perRow)
    placed.push(...row.map((box, index) => ({ ...box, x: sizes.margin + index * (width + sizes.gapY), y, width, height: boxHeight(box) })))
    y += Math.max(...row.map(boxHeight)) + sizes.gapY
  }
  const across = Math.min(boxes.length, perRow)
  return { boxes: placed, width: across === 0 ? 0 : 2 * sizes.margin + across * width + (across - 1) * sizes.gapY, height: boxes.length === 0 ? 0 : y - top }
}

function heightOf(column: readonly string[], boxes: ReadonlyMap<string, Box>): number {
  return column.reduce((sum, name) => sum + boxHeight(boxes.get(name)) + sizes.gapY, -sizes.gapY)
}

function boxHeight(box: Box | undefined): number {
  return box === undefined ? sizes.passing : sizes.head + box.rows.length * sizes.row + sizes.pad
}

function widthOf(box: Box | undefined): number {
  if (box === undefined) return 0
  return Math.ceil(Math.max(box.name.length + 2, ...box.rows.map((row) => row.length)) * sizes.letter) + 4 * sizes.pad
}

function middle(box: PlacedBox | undefined): { readonly x: number; readonly y: number } {
  return box === undefined ? { x: 0, y: 0 } : { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
