import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readScript } from '../src/read-script.ts'

const folder = new URL('../../../examples/dialogs/dialogs/', import.meta.url)
const scripts = readdirSync(folder).filter((name) => name.endsWith('.xml'))

test.each(scripts)('the example %s follows the DTD', (name) => {
  expect(readScript(readFileSync(new URL(name, folder), 'utf8'))).toHaveProperty('definition')
})
