import type { BusinessClass } from '../business-class.ts'
import { escapeHtml } from '../escape-html.ts'
import type { Link } from './layers.ts'
import { placedBoxes, sizes, type PlacedBox } from './placed-boxes.ts'

/** A line of the picture: a reference, from its attribute to the key, or links between many and many. */
interface Connection extends Link {
  readonly name: string
  readonly many: boolean
  readonly one: boolean
}

type Point = { readonly x: number; readonly y: number }

const shownRows = 10

/** The classes and how they belong together, as SVG: whoever cannot see it has the tables of the page. */
export function erPicture(classes: readonly BusinessClass[], texts: { readonly title: string; readonly description: string; more(count: number): string }): string {
  const names = new Set(classes.map(({ name }) => name))
  const connections = classes.flatMap(connectionsOf).filter(({ to }) => names.has(to))
  const { boxes, lines, width, height } = placedBoxes(classes.map((one) => ({ name: one.name, rows: rowsOf(one, texts.more) })), connections)
  const placed = new Map(boxes.map((box) => [box.name, box]))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" role="group" aria-labelledby="er-title er-text" direction="ltr">`,
    `<title id="er-title">${escapeHtml(texts.title)}</title><desc id="er-text">${escapeHtml(texts.description)}</desc>`,
    ...lines.map(({ link, points }) => lineOf(link, points, placed)),
    ...boxes.map(boxOf),
    '</svg>',
  ].join('\n')
}

function connectionsOf({ name, attributes, relations }: BusinessClass): Connection[] {
  return [...relations.values()].flatMap((relation): Connection[] => {
    const definition = attributes.get(relation.name)?.definition
    if (definition?.type === 'reference') return [{ from: name, to: relation.target, name: relation.name, many: false, one: definition.unique === true }]
    // Both ends of links lead through one table; the class whose name comes first draws it.
    const draws = relation.link !== undefined && (name < relation.target || (name === relation.target && relation.pairs[0]?.other.path === [...relation.pairs, ...relation.link.pairs].map(({ other }) => other.path).toSorted()[0]))
    return draws ? [{ from: name, to: relation.target, name: relation.name, many: true, one: false }] : []
  })
}

/** The key and the references first to stay, then as many others as there is room for, in their order. */
function rowsOf({ attributes, key }: BusinessClass, more: (count: number) => string): string[] {
  const all = [...attributes.values()]
  const needed = all.filter((one) => key.includes(one) || one.definition.type === 'reference')
  const room = new Set([...needed, ...all.filter((one) => !needed.includes(one)).slice(0, Math.max(0, shownRows - needed.length))])
  const rows = all.filter((one) => room.has(one)).map((one) => `${key.includes(one) ? '* ' : ''}${one.name}`)
  return rows.length === all.length ? rows : [...rows, more(all.length - rows.length)]
}

function boxOf({ name, rows, x, y, width, height }: PlacedBox): string {
  const lines = rows.map((row, index) => `<text x="${round(x + 2 * sizes.pad)}" y="${round(y + sizes.head + (index + 0.75) * sizes.row)}"${row.startsWith('* ') ? ' class="key"' : ''}>${escapeHtml(row.replace(/^\* /, ''))}</text>`)
  return [
    `<a href="#class-${escapeHtml(name)}"><g>`,
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="6"/>`,
    `<path class="rule" d="M${round(x)} ${round(y + sizes.head)}h${round(width)}"/>`,
    `<text class="name" x="${round(x + 2 * sizes.pad)}" y="${round(y + 19)}">${escapeHtml(name)}</text>`,
    ...lines,
    '</g></a>',
  ].join('')
}

function lineOf(link: Connection, points: readonly Point[], placed: ReadonlyMap<string, PlacedBox>): string {
  const [from, to] = [placed.get(link.from), placed.get(link.to)]
  if (from === undefined || to === undefined) return ''
  const start = rowAt(from, link.many ? undefined : link.name)
  const end = to.y + (from === to ? sizes.head / 2 : sizes.head / 2 + 4)
  const title = `<title>${escapeHtml(`${link.from}.${link.name}: ${link.to}`)}</title>`
  if (from === to) return `<g class="line">${title}<path d="${loop(from, start, end)}"/>${ends(link, { x: from.x + from.width, y: start, side: 1 }, { x: to.x + to.width, y: end, side: 1 })}</g>`
  const isLeft = to.x < from.x
  const [begin, finish] = [{ x: isLeft ? from.x : from.x + from.width, y: start }, { x: isLeft ? to.x + to.width : to.x, y: end }]
  const way = [begin, ...points.slice(1, -1), finish]
  return `<g class="line${link.many ? ' links' : ''}">${title}<path d="${curve(way)}"/>${ends(link, { ...begin, side: isLeft ? -1 : 1 }, { ...finish, side: isLeft ? 1 : -1 })}</g>`
}

function rowAt({ y, rows }: PlacedBox, name: string | undefined): number {
  const index = name === undefined ? -1 : rows.findIndex((row) => row.replace(/^\* /, '') === name)
  return index < 0 ? y + sizes.head / 2 - 4 : y + sizes.head + (index + 0.5) * sizes.row
}

/** Where a line meets a box, and on which side of it. */
interface Port extends Point {
  readonly side: 1 | -1
}

/** A crow's foot where there are many, a bar where there is one. */
function ends({ one, many }: Connection, near: Port, far: Port): string {
  return `<path d="${one ? bar(near) : foot(near)}${many ? foot(far) : bar(far)}"/>`
}

function foot({ x, y, side }: Port): string {
  return `M${round(x)} ${round(y - 5)}L${round(x + 10 * side)} ${round(y)}L${round(x)} ${round(y + 5)}`
}

function bar({ x, y, side }: Port): string {
  return `M${round(x + 6 * side)} ${round(y - 5)}v10`
}

function loop({ x, width }: PlacedBox, start: number, end: number): string {
  const right = x + width
  return `M${round(right)} ${round(start)}C${round(right + 45)} ${round(start)} ${round(right + 45)} ${round(end)} ${round(right)} ${round(end)}`
}

function curve(points: readonly Point[]): string {
  const [first = { x: 0, y: 0 }, ...rest] = points
  let [at, path] = [first, `M${round(first.x)} ${round(first.y)}`]
  for (const next of rest) {
    const half = (at.x + next.x) / 2
    path += `C${round(half)} ${round(at.y)} ${round(half)} ${round(next.y)} ${round(next.x)} ${round(next.y)}`
    at = next
  }
  return path
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}
