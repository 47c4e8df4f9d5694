import { styleText } from 'node:util'

/** A column of a table: what it shows of a row, and how important it is, 1 being the most. */
export interface Column<Row> {
  readonly title: string
  readonly weight: number
  readonly right?: boolean
  of(row: Row): string
}

const gap = '  '

/** Rows as lines of at most so many characters: columns that do not fit are left out, the least important first. */
export function fittingTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): string[] {
  const cells = new Map(columns.map((column) => [column, [column.title, ...rows.map((row) => column.of(row))]]))
  const widthOf = (column: Column<Row>): number => Math.max(...(cells.get(column) ?? []).map((cell) => cell.length))
  let shown = [...columns]
  while (shown.length > 1 && shown.reduce((sum, column) => sum + widthOf(column) + gap.length, -gap.length) > width) {
    const least = Math.max(...shown.map(({ weight }) => weight))
    shown = shown.filter(({ weight }) => weight !== least)
  }
  const [heading = '', ...lines] = [undefined, ...rows].map((_, index) =>
    shown
      .map((column) => {
        const cell = cells.get(column)?.[index] ?? ''
        return column.right === true ? cell.padStart(widthOf(column)) : cell.padEnd(widthOf(column))
      })
      .join(gap)
      .trimEnd()
      .slice(0, width),
  )
  return [styleText('dim', heading), ...lines]
}
