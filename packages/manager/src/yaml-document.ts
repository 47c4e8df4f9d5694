import { describeValue } from '@caruso/contract'
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, Scalar, type YAMLError, type YAMLMap } from 'yaml'
import type { Mistake, Position } from './errors.ts'
import { below, placeOf } from './pointer.ts'

/** What is wrong with one value, wherever it stands. */
export type Problem = Pick<Mistake, 'expected' | 'found' | 'suggestion'>

/** Turns a text of the file into the value that it means; `unquoted` tells `${env:PORT}` from `"${env:PORT}"`. */
export type TextReader = (text: string, pointer: string, unquoted: boolean) => { readonly value: unknown } | Problem

/** The JSON value of a YAML text, with the place of everything in it, by JSON Pointer. */
export interface YamlDocument {
  readonly value: unknown
  readonly positions: ReadonlyMap<string, { readonly key: Position; readonly value: Position }>
  /** Pointers of values that could not be read; their value is undefined. */
  readonly unread: ReadonlySet<string>
  readonly mistakes: readonly Mistake[]
  /** Whether the text is YAML at all; if not, the value is only a part. */
  readonly wellFormed: boolean
}

/**
 * Reads YAML 1.2 as JSON values, collecting mistakes instead of throwing them.
 * Keys are texts, given once, and never `__proto__`; sizes are bounded, so aliases cannot blow up.
 */
export function parseYaml(text: string, readText: TextReader = (value) => ({ value })): YamlDocument {
  const lines = new LineCounter()
  const document = parse(text, lines)
  if (document === undefined) {
    const mistake = { line: 1, column: 1, place: '', expected: `at most ${maxDepth} levels of nesting`, found: 'more' }
    return { value: undefined, positions: new Map(), unread: new Set(['']), mistakes: [mistake], wellFormed: false }
  }
  return new YamlReader(document, lines, readText).read()
}

const maxAliases = 100
const maxDepth = 64
const maxValues = 100_000

function parse(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    // Keys are compared by the reader: the package's own comparison takes quadratic time.
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false, strict: true, version: '1.2' })
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

class YamlReader {
  readonly #document: Document.Parsed
  readonly #lines: LineCounter
  readonly #readText: TextReader
  readonly #positions = new Map<string, { key: Position; value: Position }>()
  readonly #offsets: { readonly offset: number; readonly pointer: string }[] = []
  readonly #unread = new Set<string>()
  readonly #mistakes: Mistake[] = []
  #aliases = 0
  #values = 0
  #stopped = false

  constructor(document: Document.Parsed, lines: LineCounter, readText: TextReader) {
    this.#document = document
    this.#lines = lines
    this.#readText = readText
  }

  read(): YamlDocument {
    const value = this.#value(this.#document.contents, '', 0, 0)
    const broken = [...this.#document.errors, ...this.#document.warnings]
    for (const error of broken) this.#mistakes.push({ ...this.#at(error.pos[0]), place: this.#nearest(error.pos[0]), ...problemOf(error) })
    return { value, positions: this.#positions, unread: this.#unread, mistakes: this.#mistakes, wellFormed: broken.length === 0 && !this.#stopped }
  }

  #value(node: unknown, pointer: string, depth: number, keyOffset: number): unknown {
    if (this.#stopped) return undefined
    const offset = offsetOf(node) ?? keyOffset
    this.#positions.set(pointer, { key: this.#at(keyOffset), value: this.#at(offset) })
    this.#offsets.push({ offset: keyOffset, pointer })
    this.#values += 1
    if (depth > maxDepth) return this.#stop(pointer, `at most ${maxDepth} levels of nesting`)
    if (this.#values > maxValues) return this.#stop(pointer, `at most ${maxValues} values, aliases resolved`)
    if (node === null || node === undefined) return null
    if (isAlias(node)) return this.#alias(node.source, node.resolve(this.#document), pointer, depth, keyOffset)
    if (isMap(node)) return this.#mapping(node, pointer, depth)
    if (isSeq(node)) return node.items.map((item, index) => this.#value(item, below(pointer, index), depth + 1, offsetOf(item) ?? offset))
    if (isScalar(node)) return this.#scalar(node, pointer)
    return this.#mistake(pointer, { expected: 'a text, a number, a truth value, a list or a mapping', found: 'another kind of value' })
  }

  #alias(name: string, node: Node | undefined, pointer: string, depth: number, keyOffset: number): unknown {
    this.#aliases += 1
    if (this.#aliases > maxAliases) return this.#stop(pointer, `at most ${maxAliases} aliases`)
    if (node === undefined) return this.#mistake(pointer, { expected: `an anchor &${name} above`, found: 'none' })
    return this.#value(node, pointer, depth + 1, keyOffset)
  }

  #mapping(node: YAMLMap, pointer: string, depth: number): Record<string, unknown> {
    const mapping: Record<string, unknown> = {}
    for (const pair of node.items) {
      const key = this.#key(pair, pointer, offsetOf(node) ?? 0)
      if (key === undefined) continue
      const keyOffset = offsetOf(pair.key) ?? offsetOf(node) ?? 0
      const first = this.#positions.get(below(pointer, key))
      if (Object.hasOwn(mapping, key)) {
        this.#mistakes.push({ ...this.#at(keyOffset), place: placeOf(below(pointer, key)), expected: 'every key once', found: `${JSON.stringify(key)} again, first in line ${first?.key.line}` })
        continue
      }
      mapping[key] = this.#value(pair.value, below(pointer, key), depth + 1, keyOffset)
    }
    return mapping
  }

  #key(pair: Pair, pointer: string, mapOffset: number): string | undefined {
    const key = isScalar(pair.key) ? pair.key.value : undefined
    if (typeof key === 'string' && key !== '__proto__') return key
    const expected = typeof key === 'string' ? 'a key that is not reserved' : 'a text as key'
    const found = isScalar(pair.key) ? describeValue(key) : isSeq(pair.key) ? 'a list' : isAlias(pair.key) ? 'an alias' : 'a mapping'
    this.#mistakes.push({ ...this.#at(offsetOf(pair.key) ?? mapOffset), place: placeOf(pointer), expected, found })
    return undefined
  }

  #scalar(node: Scalar, pointer: string): unknown {
    const { value, source } = node
    if (typeof value === 'string') {
      const read = this.#readText(value, pointer, node.type === Scalar.PLAIN)
      return 'value' in read ? read.value : this.#mistake(pointer, read)
    }
    if (value === null || typeof value === 'boolean') return value
    if (typeof value !== 'number') return this.#mistake(pointer, { expected: 'a text, a number or a truth value', found: `${JSON.stringify(source ?? '')} with a type of its own` })
    if (!Number.isFinite(value)) return this.#mistake(pointer, { expected: 'a finite number', found: String(value) })
    if (/^[-+]?\d+$/.test(source ?? '') && !Number.isSafeInteger(value)) return this.#mistake(pointer, { expected: 'at most 15 digits, or quotes around a longer number', found: String(source) })
    return value
  }

  #mistake(pointer: string, problem: Problem): undefined {
    this.#unread.add(pointer)
    const { line, column } = this.#positions.get(pointer)?.value ?? this.#at(0)
    this.#mistakes.push({ line, column, place: placeOf(pointer), ...problem })
    return undefined
  }

  #stop(pointer: string, expected: string): undefined {
    this.#stopped = true
    return this.#mistake(pointer, { expected, found: 'more' })
  }

  #at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }

  #nearest(offset: number): string {
    let nearest = { offset: -1, pointer: '' }
    for (const known of this.#offsets) if (known.offset <= offset && known.offset >= nearest.offset) nearest = known
    return placeOf(nearest.pointer)
  }
}

function offsetOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) && typeof node.range[0] === 'number' ? node.range[0] : undefined
}

function problemOf(error: YAMLError): Problem {
  if (error.code === 'TAB_AS_INDENT') return { expected: 'spaces for indentation', found: 'a tab' }
  if (error.code === 'MULTIPLE_DOCS') return { expected: 'one YAML document', found: 'several' }
  return { expected: 'valid YAML', found: `a mistake: ${error.message}` }
}
