import { branches } from './schema-branches.ts'
import { SchemaRoot } from './schema-node.ts'
import { shapeOf } from './schema-shape.ts'
import { nodeBreaks } from './schema-subset.ts'
import type { SchemaNode } from './schema-node.ts'
import type { TSchema } from './typebox.ts'

/** The two fields by which a stream goes on where it was left: what `item` held in the last one is asked with as `input`. */
export interface Resumable {
  /** The field of each item that says where in the stream it stands. */
  readonly item: string
  /** The optional field of the input that asks for what comes after that place. */
  readonly input: string
}

/** What is wrong with the fields of a resumable operation, or undefined where nothing is. */
export function resumableMistake(input: TSchema, item: TSchema | undefined, fields: Resumable): string | undefined {
  if (item === undefined) return 'expected a stream, found an operation that answers once'
  const asked = fieldsOf('wanted', input, fields.input)
  if (!asked.every(({ nodes, required }) => nodes.length > 0 && !required)) return `expected an input with the optional field "${fields.input}"`
  const given = fieldsOf('given', item, fields.item)
  if (!given.every(({ nodes, required }) => nodes.length > 0 && required)) return `expected items with the required field "${fields.item}"`
  const [refused] = given.flatMap(({ nodes }) => asked.flatMap((field) => field.nodes.flatMap((node) => nodeBreaks(nodes, node))))
  return refused === undefined ? undefined : `expected the input's "${fields.input}" to accept whatever an item has as "${fields.item}": it accepts ${refused.wanted}, an item may have ${refused.given}`
}

/** What is said of a field, by each way to satisfy the schema. */
function fieldsOf(label: string, schema: TSchema, name: string): { readonly nodes: readonly SchemaNode[]; readonly required: boolean }[] {
  return branches([new SchemaRoot(label, schema).top]).map(shapeOf).map(({ objects, required }) => ({
    nodes: objects.flatMap(({ properties }) => properties.get(name) ?? []),
    required: required.has(name),
  }))
}
