import { nearest } from '@caruso/contract'
import type { AttributeDefinition } from './attribute-schema.ts'
import type { Attribute, Pair, Relation } from './business-class.ts'
import type { Draft } from './draft.ts'
import type { Mistakes } from './mistake.ts'
import { inItsTable, partsOf } from './part-table.ts'
import { snakeCase } from './snake-case.ts'
import { leavesOf, type Leaf } from './stored.ts'

type Attributes = ReadonlyMap<string, Attribute>

/** A class whose relations are looked for, among the others. */
export interface Related {
  readonly draft: Draft
  readonly attributes: Attributes
  readonly drafts: ReadonlyMap<string, Draft>
  /** Classes that may come later, with which their relations come. */
  readonly declared: readonly string[]
  attributesOf(name: string): Attributes
}

/** The relations of a class: its references, the other ends of references to it, and tables of links. */
export function linkRelations(related: Related, mistakes: Mistakes): Map<string, Relation> {
  return new RelationLinker(related, mistakes).link()
}

class RelationLinker {
  readonly #draft: Draft
  readonly #attributes: Attributes
  readonly #drafts: ReadonlyMap<string, Draft>
  readonly #declared: readonly string[]
  readonly #attributesOf: (name: string) => Attributes
  readonly #mistakes: Mistakes

  constructor({ draft, attributes, drafts, declared, attributesOf }: Related, mistakes: Mistakes) {
    this.#draft = draft
    this.#attributes = attributes
    this.#drafts = drafts
    this.#declared = declared
    this.#attributesOf = attributesOf
    this.#mistakes = mistakes
  }

  link(): Map<string, Relation> {
    const relations = new Map<string, Relation>()
    for (const { name, definition, stored } of this.#attributes.values()) {
      if (definition.type === 'reference') relations.set(name, { name, target: definition.to, many: false, pairs: pairs(leavesOf(stored), this.#keyLeaves(definition.to)) })
    }
    for (const [name, { definition }] of this.#draft.relations) {
      const target = 'many' in definition ? definition.many : definition.one
      if (!this.#drafts.has(target) && this.#declared.includes(target)) continue
      const relation = this.#drafts.has(target) ? this.#relation(name, target, 'many' in definition, definition.by) : this.#unknown(name, 'many' in definition ? 'many' : 'one', target, 'the name of a class', this.#drafts.keys())
      if (relation) relations.set(name, relation)
    }
    return relations
  }

  #relation(name: string, target: string, many: boolean, by: string | undefined): Relation | undefined {
    const other = this.#drafts.get(target)
    const own = this.#keyLeaves(this.#draft.name)
    // A key of attributes that are not there was told of already.
    if (own.length === 0) return this.#draft.key.length > 0 ? undefined : this.#tell(name, [], 'a class with a key', `${this.#draft.name}, which has none`)
    if (by === undefined) return this.#linked(name, target, this.#draft, name, false)
    const reference = other?.attributes.get(by)?.definition
    if (reference?.type === 'reference') return this.#inverse(name, target, many, by, reference)
    const there = other?.relations.get(by)?.definition
    if (many && there && 'many' in there && there.by === undefined && there.many === this.#draft.name && other) return this.#linked(name, target, other, by, true)
    const references = [...(other?.attributes ?? [])].flatMap(([reference, { definition }]) => (definition.type === 'reference' && definition.to === this.#draft.name ? [reference] : []))
    return this.#unknown(name, 'by', by, `a reference of ${target} to ${this.#draft.name}${references.length > 0 ? ` (${references.join(', ')})` : ', of which there is none'}`, references)
  }

  #inverse(name: string, target: string, many: boolean, by: string, reference: Extract<AttributeDefinition, { type: 'reference' }>): Relation | undefined {
    if (reference.to !== this.#draft.name) return this.#tell(name, ['by'], `a reference of ${target} to ${this.#draft.name}`, `${JSON.stringify(by)}, which leads to ${reference.to}`)
    if (!many && reference.unique !== true) return this.#tell(name, ['by'], `a reference of ${target} that is unique`, `${JSON.stringify(by)}, which is not`)
    const stored = this.#attributesOf(target).get(by)?.stored
    const own = this.#keyLeaves(this.#draft.name)
    const [part] = stored ? partsOf(leavesOf(stored)) : []
    if (!part) return stored && { name, target, many, pairs: pairs(own, leavesOf(stored)) }
    return stored && { name, target, many, pairs: pairs(own, leavesOf(stored).map(inItsTable)), through: part }
  }

  /** Objects that are linked by a table: `holder` is the class whose mapping names it, perhaps seen from its other end. */
  #linked(name: string, target: string, holder: Draft, relation: string, reversed: boolean): Relation | undefined {
    const [own, theirs] = [this.#keyLeaves(this.#draft.name), this.#keyLeaves(target)]
    const [far, near] = reversed ? [own, theirs] : [theirs, own]
    if (theirs.length === 0) return this.#tell(name, [], 'a class with a key', `${target}, which has none`)
    const mapped = holder.mapping?.value.links?.[relation]
    const farClass = reversed ? this.#draft.name : target
    const from = columnsOf(mapped?.from, near, snakeCase(holder.name))
    const to = columnsOf(mapped?.to, far, snakeCase(farClass === holder.name ? relation : farClass))
    for (const [key, columns, leaves] of [['from', from, near], ['to', to, far]] as const) {
      if (columns.length !== leaves.length && !reversed && holder.mapping) {
        this.#mistakes.add(holder.mapping.origin, holder.name, ['links', relation, key], { expected: `${leaves.length} columns, as many as the key has`, found: String(columns.length) })
        return undefined
      }
    }
    const table = mapped?.table ?? `${snakeCase(holder.name)}_${snakeCase(relation)}`
    const [ownColumns, theirColumns] = reversed ? [to, from] : [from, to]
    return { name, target, many: true, pairs: linkPairs(own, ownColumns), link: { table, pairs: linkPairs(theirs, theirColumns), reversed } }
  }

  #keyLeaves(name: string): Leaf[] {
    const attributes = this.#attributesOf(name)
    return (this.#drafts.get(name)?.key ?? []).flatMap((key) => {
      const stored = attributes.get(key)?.stored
      return stored ? [...leavesOf(stored)] : []
    })
  }

  #unknown(name: string, key: string, found: string, expected: string, known: Iterable<string>): undefined {
    return this.#tell(name, [key], expected, JSON.stringify(found), nearest(found, known))
  }

  #tell(name: string, path: readonly string[], expected: string, found: string, suggestion?: string): undefined {
    const { origin } = this.#draft.relations.get(name) ?? this.#draft.written
    this.#mistakes.add(origin, this.#draft.name, ['relations', name, ...path], { expected, found, suggestion })
    return undefined
  }
}

function pairs(own: readonly Leaf[], other: readonly Leaf[]): Pair[] {
  return own.flatMap((leaf, index) => {
    const match = other[index]
    return match ? [{ own: leaf, other: match }] : []
  })
}

function linkPairs(key: readonly Leaf[], columns: readonly string[]): Pair[] {
  return key.flatMap((leaf, index) => {
    const column = columns[index]
    return column === undefined ? [] : [{ own: leaf, other: { ...leaf, path: `~${column}`, column } }]
  })
}

function columnsOf(mapped: string | readonly string[] | undefined, key: readonly Leaf[], prefix: string): readonly string[] {
  if (mapped === undefined) return key.map(({ path }) => `${prefix}_${snakeCase(path.replaceAll('.', '_'))}`)
  return typeof mapped === 'string' ? [mapped] : mapped
}
