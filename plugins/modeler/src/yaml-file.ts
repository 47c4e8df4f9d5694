import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import { messageOf } from '@caruso/contract'
import type { Mistakes, Origin } from './mistake.ts'
import { yamlMistakes } from './yaml-mistakes.ts'

/** The JSON value of a YAML text, with the place of everything in it. */
export interface YamlFile {
  readonly value: unknown
  readonly origin: Origin
}

/** Reads a YAML text; undefined where it is none, which is told among the mistakes. */
export function readYaml(file: string, text: string, mistakes: Mistakes): YamlFile | undefined {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, version: '1.2' })
  const origin: Origin = { file, at: (path, of) => position(lines, offsetAt(document, path, of)) }
  for (const { at, found } of yamlMistakes(document.errors)) mistakes.list.push({ file, ...position(lines, at), place: '', expected: 'valid YAML', found })
  if (document.errors.length > 0) return undefined
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), origin }
  } catch (error) {
    mistakes.add(origin, '', [], { expected: 'valid YAML', found: `a mistake: ${messageOf(error)}` })
    return undefined
  }
}

function position(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** Walks as far as the path leads. */
function offsetAt(document: Document.Parsed, path: readonly string[], of: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = rangeOf(node) ?? 0
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step)
      if (pair === undefined) return offset
      const key = rangeOf(pair.key) ?? offset
      node = pair.value
      offset = last && of === 'value' ? (rangeOf(node) ?? key) : key
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = rangeOf(node) ?? offset
    } else return offset
  }
  return offset
}

function rangeOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined
}
