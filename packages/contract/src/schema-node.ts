import { canonical } from './canonical.ts'
import { isAnnotation, isSchemaObject } from './keywords.ts'
import type { SchemaObject } from './keywords.ts'

/** One place in a schema. The same place is always the same node, so nodes can be compared and remembered. */
export interface SchemaNode {
  readonly id: string
  readonly schema: SchemaObject
  readonly root: SchemaRoot
}

const compositions = ['$ref', 'allOf', 'anyOf']

/** A whole schema: it makes its nodes and finds what its references mean. */
export class SchemaRoot {
  readonly top: SchemaNode
  readonly #label: string
  readonly #nodes = new Map<unknown, SchemaNode>()
  readonly #derived = new Map<string, SchemaNode>()
  readonly #named = new Map<string, SchemaObject[]>()

  /** @param label tells the nodes of two roots apart */
  constructor(label: string, schema: unknown) {
    this.#label = label
    collectNamed(schema, this.#named)
    this.top = this.node(schema)
  }

  node(schema: unknown): SchemaNode {
    if (schema === true) return this.#derive('true', {})
    if (schema === false) return this.never()
    const known = this.#nodes.get(schema)
    if (known) return known
    const node = this.#make(isSchemaObject(schema) ? asEnum(schema) : { '(not a schema)': schema })
    this.#nodes.set(schema, node)
    return node
  }

  nodes(schemas: unknown): SchemaNode[] {
    return Array.isArray(schemas) ? schemas.map((schema) => this.node(schema)) : []
  }

  /** What no value satisfies. */
  never(): SchemaNode {
    return this.#derive('false', { not: {} })
  }

  /** Values of one JSON type. */
  typed(type: string): SchemaNode {
    return this.#derive(`type ${type}`, { type })
  }

  /** One value. */
  constant(value: unknown): SchemaNode {
    return this.#derive(`const ${canonical(value, 'value')}`, { const: value })
  }

  /** What a node says by itself, without what it refers to and without its alternatives. */
  own(node: SchemaNode): SchemaNode {
    const left = compositions.filter((keyword) => keyword in node.schema && (keyword !== '$ref' || this.target(node) !== undefined))
    if (left.length === 0) return node
    const kept = Object.fromEntries(Object.getOwnPropertyNames(node.schema).filter((key) => !left.includes(key)).map((key) => [key, node.schema[key]]))
    return this.#derive(`own ${node.id}`, kept)
  }

  /** The alternatives of a node, without anything else it says. */
  alternatives(node: SchemaNode): SchemaNode {
    return Object.keys(node.schema).length === 1 ? node : this.#derive(`anyOf ${node.id}`, { anyOf: node.schema['anyOf'] })
  }

  /** What the node's `$ref` means; undefined where it has none or where it cannot be told. */
  target(node: SchemaNode): SchemaNode | undefined {
    const reference = node.schema['$ref']
    if (typeof reference !== 'string') return undefined
    // The check resolves "#" against the nearest "$id", so with one inside the schema the meaning depends on the place
    if (reference.startsWith('#')) return this.#named.size === 0 ? this.#pointed(reference) : undefined
    const [first, ...others] = this.#named.get(reference) ?? []
    return first !== undefined && others.every((other) => canonical(other) === canonical(first)) ? this.node(first) : undefined
  }

  #pointed(reference: string): SchemaNode | undefined {
    if (reference === '#') return this.top
    if (!reference.startsWith('#/')) return undefined
    let at: unknown = this.top.schema
    for (const part of reference.slice(2).split('/')) {
      const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
      at = Reflect.get(at, key)
    }
    return this.node(at)
  }

  #derive(key: string, schema: SchemaObject): SchemaNode {
    const known = this.#derived.get(key)
    if (known) return known
    const node = this.#make(schema)
    this.#derived.set(key, node)
    return node
  }

  #make(schema: SchemaObject): SchemaNode {
    return { id: `${this.#label}${this.#nodes.size + this.#derived.size}`, schema, root: this }
  }
}

/** Whether two nodes say the same, word for word, with the same definitions behind their references. */
export function sameNode(one: SchemaNode, other: SchemaNode): boolean {
  return one === other || meaning(one.schema, one.root) === meaning(other.schema, other.root)
}

/** A text that is equal for equal meanings of a schema; annotations do not count. */
export function meaning(schema: SchemaObject, root: SchemaRoot): string {
  const text = canonical(schema)
  return refers(text) ? `${text} in ${canonical(root.top.schema)}` : text
}

/** Whether a schema's canonical text contains a reference. */
export function refers(text: string): boolean {
  return /"\$(ref|dynamicRef|recursiveRef)"/.test(text)
}

/** A union of literals as what it is, since each alternative costs. */
function asEnum(schema: SchemaObject): SchemaObject {
  const { anyOf, ...rest } = schema
  if (!Array.isArray(anyOf) || anyOf.length === 0 || 'enum' in rest || !anyOf.every(isLiteral)) return schema
  return { ...rest, enum: anyOf.map((literal: SchemaObject) => literal['const']) }
}

function isLiteral(schema: unknown): boolean {
  return isSchemaObject(schema) && 'const' in schema && Object.keys(schema).every((key) => key === 'const' || (key === 'type' && schema[key] === typeof schema['const']) || isAnnotation(key))
}

/** TypeBox finds a reference by `$id` anywhere in the schema, except in values. */
function collectNamed(schema: unknown, named: Map<string, SchemaObject[]>, seen = new Set<unknown>()): void {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return
  seen.add(schema)
  if (isSchemaObject(schema) && typeof schema['$id'] === 'string') named.set(schema['$id'], [...(named.get(schema['$id']) ?? []), schema])
  for (const [key, part] of Object.entries(schema)) if (key !== 'const' && key !== 'enum') collectNamed(part, named, seen)
}
