import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const desk = (version: string): string => `
import { contract, Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { setTimeout } from 'node:timers/promises'

const Desk = contract({
  name: 'desk',
  version: '1.0.0',
  operations: {
    peek: { input: Type.Object({}), output: Type.Object({ version: Type.String() }), idempotent: true },
    rest: { input: Type.Object({ ms: Type.Integer() }), output: Type.Object({ version: Type.String() }) },
    fail: { input: Type.Object({}), output: Type.Object({}) },
  },
})

export default definePlugin({
  name: 'desk',
  config: Type.Object({}),
  provides: { desk: Desk },
  start: () => ({
    desk: {
      peek: () => ({ version: '${version}' }),
      rest: async ({ ms }) => await setTimeout(ms, { version: '${version}' }),
      fail: () => {
        throw new Error('the desk fails')
      },
    },
  }),
})
`

const hall = `
import { contract, Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'

const operation = { input: Type.Object({ ms: Type.Integer() }), output: Type.Object({ version: Type.String() }) }
const Desk = contract({ name: 'desk', version: '1.0.0', operations: { rest: operation, peek: { ...operation, input: Type.Object({}), idempotent: true }, fail: { input: Type.Object({}), output: Type.Object({}) } } })
const Hall = contract({ name: 'hall', version: '1.0.0', operations: { visit: operation, complain: { input: Type.Object({}), output: Type.Object({}) } } })

export default definePlugin({
  name: 'hall',
  config: Type.Object({}),
  provides: { hall: Hall },
  requires: { desk: Desk },
  start: ({ desk }) => ({
    hall: {
      visit: async ({ ms }, call) => {
        await desk.peek({}, call)
        return await desk.rest({ ms }, call)
      },
      complain: async (_, call) => await desk.fail({}, call),
    },
  }),
})
`

/** Puts an assembly into a folder: a hall that asks a desk, which can be slow, fail, and be swapped to 1.1.0. */
export function slowDesk(folder: string, isolation: 'inline' | 'worker' | 'process' = 'inline'): void {
  write(folder, 'desk', '1.0.0', desk('1.0.0'))
  write(folder, 'releases/desk-1.1.0', '1.1.0', desk('1.1.0'))
  write(folder, 'hall', '1.0.0', hall)
  writeFileSync(join(folder, 'assembly.yaml'), `assembly: desks\ncomponents:\n  desk: { plugin: ./desk, isolation: ${isolation} }\n  hall: { plugin: ./hall, isolation: ${isolation} }\n`)
}

function write(folder: string, name: string, version: string, text: string): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'index.ts'), text)
  const plugin = name.replace(/^releases\//, '').replace(/-1\.1\.0$/, '')
  writeFileSync(join(folder, name, 'package.json'), JSON.stringify({ name: plugin, version, type: 'module', exports: './index.ts', dependencies: { '@caruso/contract': '*', '@caruso/kernel': '*' } }))
}
