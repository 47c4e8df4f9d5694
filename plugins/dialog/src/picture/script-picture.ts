import type { Texts } from '@caruso/gateway/contract'
import { Graph, type Edge } from '../check/graph.ts'
import type { Definition, NodeDefinition } from '../definition.ts'

const box = { width: 170, height: 44, besides: 40, below: 56, margin: 20 } as const

interface Placed {
  readonly node: NodeDefinition
  readonly x: number
  readonly y: number
}

/** The words of a picture: its language, the names of kinds of nodes and its direction by `texts`, and why a way is taken, shown to who points at it. */
export interface PictureWords {
  readonly lang: string
  readonly texts: Texts
  readonly ofWay: (edge: Edge) => string | undefined
}

/**
 * The nodes of a script and the ways between them, as SVG: each below the first from which a way leads to it. Whoever
 * cannot see it has `caruso dialog paths`. In a language that is written from right to left, it is the mirror image.
 */
export function scriptPicture(definition: Definition, title: string, { lang, texts, ofWay }: PictureWords): string {
  const graph = new Graph(definition)
  const placed = placedNodes(definition, graph)
  const isMirrored = texts['direction'] === 'rtl'
  const [width, height] = [Math.max(...[...placed.values()].map(({ x }) => x)) + box.width + box.margin, Math.max(...[...placed.values()].map(({ y }) => y)) + box.height + box.margin]
  const drawn = isMirrored ? new Map([...placed].map(([id, one]) => [id, { ...one, x: width - one.x - box.width }])) : placed
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" xml:lang="${lang}" direction="${isMirrored ? 'rtl' : 'ltr'}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
    ...graph.edges.flatMap((edge) => lineOf(edge, drawn, ofWay(edge), isMirrored)),
    ...[...drawn.values()].map((one) => boxOf(one, texts[`node.${one.node.kind}`] ?? one.node.kind)),
    '</svg>',
  ].join('\n')
}

function placedNodes({ nodes, start }: Definition, graph: Graph): ReadonlyMap<string, Placed> {
  const rows = new Map([[start.text, 0]])
  for (const [id, row] of rows) for (const { to } of graph.from(id)) if (!rows.has(to)) rows.set(to, row + 1)
  const last = Math.max(...rows.values())
  const byRow = Map.groupBy(nodes, ({ id }) => rows.get(id) ?? last + 1)
  return new Map([...byRow].flatMap(([row, all]) => all.map((node, index) => [node.id, { node, x: box.margin + index * (box.width + box.besides), y: box.margin + row * (box.height + box.below) }] as const)))
}

const colours = { info: '#eef4ff', question: '#fff7e0', lookup: '#e9f7ef', request: '#e9f7ef', call: '#f3ecfb', end: '#f2f2f2' } as const

function boxOf({ node: { id, kind }, x, y }: Placed, kindName: string): string {
  const middle = x + box.width / 2
  return `<g><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="${kind === 'end' ? 22 : 6}" fill="${colours[kind]}" stroke="#555"/><text x="${middle}" y="${y + 19}" text-anchor="middle" fill="#111">${escaped(id.length > 22 ? `${id.slice(0, 21)}…` : id)}</text><text x="${middle}" y="${y + 35}" text-anchor="middle" fill="#555" font-size="11">${escaped(kindName)}</text></g>`
}

/** Dashed where nothing came, or something failed. */
function lineOf({ from, to, kind }: Edge, placed: ReadonlyMap<string, Placed>, words: string | undefined, isMirrored: boolean): readonly string[] {
  const [start, end] = [placed.get(from.id), placed.get(to)]
  if (start === undefined || end === undefined) return []
  const isBack = end.y <= start.y
  const [side, away] = isMirrored ? [0, -box.besides] : [box.width, box.besides]
  const [x, y, toX, toY] = isBack ? [start.x + side, start.y + box.height / 2, end.x + side, end.y + box.height / 2] : [start.x + box.width / 2, start.y + box.height, end.x + box.width / 2, end.y]
  const bend = isBack ? `C${x + away} ${y} ${toX + away} ${toY}` : `C${x} ${y + box.below / 2} ${toX} ${toY - box.below / 2}`
  const title = escaped(`${from.id} → ${to}${words === undefined ? '' : `: ${words}`}`)
  return [`<path d="M${x} ${y}${bend} ${toX} ${toY}" fill="none" stroke="#555"${kind === 'way' ? '' : ' stroke-dasharray="4 4"'} marker-end="url(#tip)"><title>${title}</title></path>`]
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.codePointAt(0)};`)
}
