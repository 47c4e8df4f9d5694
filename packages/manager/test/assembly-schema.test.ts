import { expect, test } from 'vitest'
import { AssemblySchema } from '../src/assembly-schema.ts'

// Rewritten by: npx vitest run packages/manager/test/assembly-schema.test.ts -u
test('assembly.schema.json is the schema that assembly files are checked by', async () => {
  const published = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...AssemblySchema }
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot('../assembly.schema.json')
})
