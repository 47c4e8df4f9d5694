import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Attribute, attributeSchemas, attributeTypes } from '../src/attribute-schema.ts'
import { MappingSchema, ConvertedColumn } from '../src/mapping-schema.ts'
import { ModelSchema, modelKinds } from '../src/model-schema.ts'
import { PolicyFileSchema } from '../src/policy-schema.ts'

// Rewritten by: npx vitest run plugins/modeler/test/schemas.test.ts -u
test.each([['model', ModelSchema, { attribute: Attribute }], ['mapping', MappingSchema, {}], ['policy', PolicyFileSchema, {}]])('%s.schema.json is the schema that files are checked by', async (name, schema, named) => {
  await expect(published(schema, named)).toMatchFileSnapshot(`../${name}.schema.json`)
})

/** What stands in several places is written once, under its name. */
function published(schema: object, named: Readonly<Record<string, object>>): string {
  const nameOf = new Map(Object.entries(named).map(([name, one]) => [one, name]))
  const text = (whole: object): string => JSON.stringify(whole, (_key, value: object) => (value !== whole && nameOf.has(value) ? { $ref: `#/$defs/${nameOf.get(value)}` } : value))
  const $defs = Object.fromEntries(Object.entries(named).map(([name, one]) => [name, JSON.parse(text(one))]))
  const all = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...JSON.parse(text(schema)), ...(nameOf.size === 0 ? {} : { $defs }) }
  return `${JSON.stringify(all, null, 2)}\n`
}

test('the reference names every type and every key, and no other', () => {
  const reference = readFileSync(join(import.meta.dirname, '../../../docs/reference/model-files.md'), 'utf8')
  const table = (title: string): string[] => {
    const [, section = ''] = reference.split(`\n## ${title}\n`)
    return [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, key = '']) => key)
  }
  expect(table('Types')).toEqual(attributeTypes)
  expect(table('Keys of an attribute').toSorted()).toEqual([...new Set(attributeTypes.flatMap((type) => Object.keys(attributeSchemas[type].properties)))].toSorted())
  expect(table('Keys of a class').toSorted()).toEqual([...new Set(Object.values(modelKinds).flatMap(({ properties }) => Object.keys(properties)))].toSorted())
  expect(table('Keys of a mapping')).toEqual(Object.keys(MappingSchema.properties))
  expect(table('Keys of a column')).toEqual(Object.keys(ConvertedColumn.properties))
})
