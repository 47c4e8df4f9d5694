import type { Attributes, Scalar, Schema } from '@caruso/expression'
import type { AttributeType } from './attribute-schema.ts'
import type { Attribute, BusinessClass } from './business-class.ts'
import { decimalCodec } from './codec.ts'
import type { ComputedByClass } from './link-computed.ts'
import type { Composite } from './stored.ts'

/** What expressions may name: the attributes of each class and of values with parts, by the name of the class. */
export function expressionClasses(classes: Iterable<BusinessClass>, computed: ComputedByClass = new Map()): Readonly<Record<string, Attributes>> {
  const found: Record<string, Attributes> = {}
  for (const one of classes) {
    const names: Record<string, Attributes[string]> = {}
    for (const attribute of one.attributes.values()) {
      const { name, stored } = attribute
      if (stored.kind === 'leaf') names[name] = scalarOf(attribute)
      else if (attribute.definition.type !== 'reference') addParts(found, (names[name] = { object: `${one.name}.${name}` }).object, stored)
    }
    // A reference is a relation too, and an expression goes on from it.
    for (const { name, many, target } of one.relations.values()) names[name] = many ? { many: target } : { object: target }
    for (const { name, type } of computed.get(one.name)?.values() ?? []) names[name] = type
    found[one.name] = names
  }
  return found
}

export function schemaOf(one: BusinessClass, classes: Readonly<Record<string, Attributes>>): Schema {
  return { names: classes[one.name] ?? {}, classes }
}

const scalars: Readonly<Partial<Record<AttributeType, Scalar>>> = { number: 'number', decimal: 'number', percent: 'number', duration: 'duration', 'yes-no': 'boolean', date: 'date', time: 'time', instant: 'instant' }

function scalarOf({ definition }: Attribute): Scalar {
  return scalars[definition.type] ?? 'text'
}

function addParts(found: Record<string, Attributes>, name: string, { parts }: Composite): void {
  const names: Record<string, Attributes[string]> = {}
  for (const [part, stored] of parts) {
    if (stored.kind === 'leaf') names[part] = stored.codec === decimalCodec ? 'number' : (typeScalars[stored.codec.type ?? 'text'] ?? 'text')
    else addParts(found, (names[part] = { object: `${name}.${part}` }).object, stored)
  }
  found[name] = names
}

const typeScalars: Readonly<Record<string, Scalar>> = { integer: 'number', decimal: 'number', boolean: 'boolean', date: 'date', time: 'time', instant: 'instant' }
