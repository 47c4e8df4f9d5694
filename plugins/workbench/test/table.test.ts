import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { Screen, type ScreenStream } from '../src/screen.ts'
import { fittingTable, type Column } from '../src/table.ts'

const columns: readonly Column<{ readonly name: string; readonly calls: number; readonly host: string }>[] = [
  { title: 'NAME', weight: 1, of: ({ name }) => name },
  { title: 'HOST', weight: 3, of: ({ host }) => host },
  { title: 'CALLS', weight: 2, right: true, of: ({ calls }) => String(calls) },
]
const rows = [{ name: 'order-desk', calls: 7, host: 'host-a1' }, { name: 'mail', calls: 1_200, host: 'host-b2' }]

test.each([
  [26, ['NAME        HOST     CALLS', 'order-desk  host-a1      7', 'mail        host-b2   1200']],
  [25, ['NAME        CALLS', 'order-desk      7', 'mail         1200']],
  [12, ['NAME', 'order-desk', 'mail']],
  [6, ['NAME', 'order-', 'mail']],
])('fittingTable() leaves out what does not fit into %i characters', (width, expected) => {
  expect(fittingTable(columns, rows, width).map(stripVTControlCharacters)).toEqual(expected)
})

test('in a terminal the lines take the place of those before, and the last ones stay', () => {
  const { stream, written } = terminal(true)
  {
    using screen = new Screen(stream, false)
    screen.show((width) => [`one at ${width}`, 'two', 'three', 'four'])
    screen.show(() => ['five'])
  }
  expect(written).toEqual(['\u001b[?1049h\u001b[?25l', '\u001b[H\u001b[Jone at 40\ntwo\n', '\u001b[H\u001b[Jfive\n', '\u001b[?25h\u001b[?1049lfive\n'])
})

test('elsewhere they follow each other, and nothing is hidden', () => {
  const { stream, written } = terminal(false)
  {
    using screen = new Screen(stream, false)
    screen.show(() => ['one', 'two', 'three', 'four'])
  }
  expect(written).toEqual(['one\ntwo\nthree\nfour\n'])
})

function terminal(isTTY: boolean): { stream: ScreenStream; written: string[] } {
  const written: string[] = []
  return { written, stream: { isTTY, columns: 40, rows: 3, write: (text) => written.push(text) > 0 } }
}
