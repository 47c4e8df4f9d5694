import { parseXml, XmlElement, XmlError, XmlText, type XmlDocument } from '@rgrove/parse-xml'
import { Places, type Place } from './place.ts'
import type { Problem } from './problem.ts'

/** An element of a script with its place, and those of its attributes' values. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  /** Elements and texts between them, in order. */
  readonly children: readonly (Element | string)[]
  readonly place: Place
  /** Where the value of an attribute begins; the element's own place where it is not written. */
  placeOf(attribute: string): Place
  /** An attribute's value as it stands in the text, where it is written. */
  written(attribute: string): string | undefined
}

/** What no script needs is not looked at, so that nobody can make reading one take long. */
export const limits = {
  /** Characters of the text. */
  characters: 1_000_000,
  /** Elements within each other. */
  depth: 50,
  /** Of one element. */
  attributes: 50,
  elements: 20_000,
} as const

/** Reads XML, of which nothing is loaded or expanded but the five entities that XML has. */
export function readXml(text: string): Element | Problem {
  const top = { line: 1, column: 1 }
  if (text.length > limits.characters) return { rule: 'xml', level: 'error', place: top, message: `Expected at most ${limits.characters} characters, found ${text.length}` }
  try {
    const document = parseXml(text, { includeOffsets: true, preserveDocumentType: true })
    const places = new Places(text)
    const subset = document.children.find((child) => child.type === 'doctype' && 'internalSubset' in child && child.internalSubset !== null)
    if (subset !== undefined) return { rule: 'xml', level: 'error', place: places.at(subset.start), message: 'Expected a DOCTYPE without declarations of its own, since a script means what the DTD of this version says' }
    const root = rootOf(document)
    const excess = excessOf(root)
    return excess === undefined ? elementOf(root, text, places) : { rule: 'xml', level: 'error', place: top, message: excess }
  } catch (error) {
    // The parser follows elements within each other as deep as the stack goes.
    if (error instanceof RangeError) return { rule: 'xml', level: 'error', place: top, message: tooDeep }
    if (!(error instanceof XmlError)) throw error
    return { rule: 'xml', level: 'error', place: { line: error.line, column: error.column }, message: error.message.split(' (line ', 1)[0] ?? error.message }
  }
}

const tooDeep = `Expected at most ${limits.depth} elements within each other, found more`

function excessOf(root: XmlElement): string | undefined {
  let count = 0
  const open: (readonly [element: XmlElement, depth: number])[] = [[root, 1]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [element, depth] = next
    if (depth > limits.depth) return tooDeep
    if (++count > limits.elements) return `Expected at most ${limits.elements} elements, found more`
    const attributes = Object.keys(element.attributes).length
    if (attributes > limits.attributes) return `Expected at most ${limits.attributes} attributes of an element, found ${attributes} of one "${element.name.slice(0, 50)}"`
    for (const child of element.children) if (child instanceof XmlElement) open.push([child, depth + 1])
  }
  return undefined
}

function rootOf(document: XmlDocument): XmlElement {
  // The parser has refused a document without a root.
  if (document.root === null) throw new TypeError('Read XML: a document without a root was let through')
  return document.root
}

function elementOf(element: XmlElement, text: string, places: Places): Element {
  const children: (Element | string)[] = []
  for (const child of element.children) {
    if (child instanceof XmlElement) children.push(elementOf(child, text, places))
    else if (child instanceof XmlText) children.push(child.text)
  }
  const place = places.at(element.start)
  return {
    name: element.name,
    attributes: element.attributes,
    children,
    place,
    placeOf: (attribute) => (Object.hasOwn(element.attributes, attribute) ? places.at(valueStart(text, element.start, attribute)) : place),
    written: (attribute) => (Object.hasOwn(element.attributes, attribute) ? valueAt(text, valueStart(text, element.start, attribute)) : undefined),
  }
}

function valueAt(text: string, start: number): string {
  return text.slice(start, text.indexOf(text[start - 1] ?? '"', start))
}

/** The offset of an attribute's value in a start tag that is known to be well formed and to have it. */
function valueStart(text: string, tag: number, attribute: string): number {
  const next = /\s+([^\s=]+)\s*=\s*(["'])/y
  next.lastIndex = tag + (/^<[^\s/>]+/.exec(text.slice(tag, tag + 1_000))?.[0].length ?? 0)
  for (let found = next.exec(text); found !== null; found = next.exec(text)) {
    const start = next.lastIndex
    if (found[1] === attribute) return start
    next.lastIndex = text.indexOf(found[2] ?? '"', start) + 1
  }
  return tag
}
