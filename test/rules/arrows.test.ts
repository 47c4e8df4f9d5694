import { describe, expect, test } from 'vitest'
import { brokenArrows } from './arrows.ts'
import { readFiles, root } from './files.ts'
import type { Files } from './files.ts'

test('imports and dependencies run in the direction of the design', () => {
  expect(brokenArrows(readFiles(root))).toEqual([])
})

describe('brokenArrows()', () => {
  test.each([
    ['packages/contract/src/a.ts', `import '@caruso/bus'`],
    ['packages/bus/src/a.ts', `import type { Scope } from '@caruso/kernel'`],
    ['packages/kernel/src/a.ts', `export { up } from '@caruso/manager'`],
    ['packages/kernel/src/a.ts', `await import('@caruso/cli')`],
    ['packages/kernel/src/a.ts', `import '@caruso/isolation'`],
    ['packages/isolation/src/a.ts', `import '@caruso/manager'`],
    ['packages/nats-server/src/a.ts', `import '@caruso/contract'`],
    ['packages/nats-server/src/a.ts', `import '@nats-io/transport-node'`],
    ['packages/nats-server/test/a.test.ts', `import '@caruso/bus'`],
    ['packages/cli/src/a.ts', `import '@caruso/testing'`],
    ['packages/cli/src/a.ts', `import '@caruso/mail'`],
    ['packages/cli/src/a.ts', `import '@caruso/mail/cli'`],
    ['packages/cli/src/a.ts', `import '@caruso/workbench'`],
    ['packages/kernel/src/a.ts', `import '@caruso/workbench/cli'`],
    ['plugins/mail/src/a.ts', `import '@caruso/workbench/cli'`],
    ['packages/kernel/test/a.test.ts', `import '@nats-io/transport-node'`],
    ['packages/manager/src/a.ts', `type C = import('knex').Knex`],
    ['packages/bus/src/a.ts', `import.meta.resolve('awilix')`],
    ['packages/bus/src/a.ts', `import '../../contract/src/index.ts'`],
    ['packages/bus/src/a.ts', `import '../../../test/hosts.ts'`],
    ['packages/bus/test/a.test.ts', `import '../../../test/system/flow.ts'`],
    ['packages/bus/test/a.test.ts', `import '../../kernel/test/a.ts'`],
    ['plugins/mail/src/a.ts', `import '@caruso/bus'`],
    ['plugins/mail/src/a.ts', `import '@caruso/testing'`],
    ['plugins/mail/src/a.ts', `import '@caruso/manager'`],
    ['plugins/mail/src/a.ts', `import '@caruso/kernel/instance'`],
    ['plugins/mail/src/a.ts', `import '@caruso/chat'`],
    ['plugins/mail/src/a.ts', `import '@caruso/chat/contracts'`],
    ['plugins/mail/src/a.ts', `import knex from 'knex'`],
    ['plugins/mail/test/a.test.ts', `import '@caruso/bus'`],
    ['examples/shop/src/a.ts', `import '@caruso/cli'`],
  ])('refuses in %s: %s', (path, text) => {
    expect(brokenArrows(repository({ [path]: text }))).toHaveLength(1)
  })

  test.each([
    ['packages/kernel/src/a.ts', `import '@caruso/bus'; import '@caruso/contract'; import 'awilix'; import './b.ts'`],
    ['packages/isolation/src/a.ts', `import '@caruso/bus/pipe'; import '@caruso/kernel/instance'`],
    ['packages/manager/src/a.ts', `import '@caruso/isolation'`],
    ['packages/bus/src/a.ts', `import '@nats-io/transport-node'`],
    ['packages/cli/src/a.ts', `await import('@caruso/workbench/cli')`],
    ['packages/bus/test/a.test.ts', `import '@caruso/nats-server'; import '@caruso/bus'; import '../src/a.ts'`],
    ['packages/bus/test/a.test.ts', `import '../../../test/hosts.ts'`],
    ['packages/nats-server/test/a.test.ts', `import '@nats-io/transport-node'`],
    ['plugins/mail/src/a.ts', `import '@caruso/expression/decimal'`],
    ['plugins/mail/src/a.ts', `import '@caruso/kernel'; import '@caruso/chat/contract'; import '@caruso/manager/contract'; import 'node:fs'`],
    ['plugins/mail/test/a.test.ts', `import '@caruso/testing'; import '@caruso/chat'`],
    ['plugins/storage/src/a.ts', `import knex from 'knex'`],
    ['test/system/a.test.ts', `import '@caruso/cli'; import '@nats-io/transport-node'`],
  ])('lets pass in %s: %s', (path, text) => {
    expect(brokenArrows(repository({ [path]: text }))).toEqual([])
  })

  test('refuses awilix in a second file of the kernel', () => {
    expect(brokenArrows(repository({ 'packages/kernel/src/a.ts': `import 'awilix'`, 'packages/kernel/src/b.ts': `import 'awilix'` }))).toHaveLength(1)
  })

  test.each([
    ['packages/contract', { dependencies: { '@caruso/bus': '1.0.0' } }],
    ['packages/contract', { devDependencies: { '@caruso/testing': '1.0.0' } }],
    ['packages/manager', { peerDependencies: { knex: '^3.0.0' } }],
    ['plugins/mail', { dependencies: { '@caruso/testing': '1.0.0' } }],
    ['plugins/mail', { dependencies: { '@caruso/cli': '1.0.0' } }],
    ['packages/cli', { dependencies: { '@caruso/mail': '1.0.0' } }],
  ])('refuses in the package.json of %s: %j', (folder, manifest) => {
    expect(brokenArrows(repository({ [`${folder}/package.json`]: JSON.stringify({ name: folder.replace(/^\w+/, '@caruso'), ...manifest }) }))).toHaveLength(1)
  })

  test('lets the cli depend on the plugins whose commands come with it', () => {
    expect(brokenArrows(repository({ 'packages/cli/package.json': JSON.stringify({ name: '@caruso/cli', dependencies: { '@caruso/workbench': '1.0.0' } }) }))).toEqual([])
  })

  test('lets a plugin depend on the manager and on another plugin for their contracts', () => {
    const manifest = JSON.stringify({ name: '@caruso/mail', dependencies: { '@caruso/manager': '1.0.0', '@caruso/chat': '1.0.0' }, devDependencies: { '@caruso/testing': '1.0.0' } })
    expect(brokenArrows(repository({ 'plugins/mail/package.json': manifest }))).toEqual([])
  })
})

function repository(changes: Readonly<Record<string, string>>): Files {
  const folders = ['contract', 'bus', 'kernel', 'isolation', 'manager', 'cli', 'testing', 'nats-server'].map((name) => `packages/${name}`)
  const all = [...folders, 'plugins/mail', 'plugins/chat', 'plugins/storage', 'plugins/workbench', 'examples/shop']
  const manifests = all.map((folder) => [`${folder}/package.json`, JSON.stringify({ name: folder.replace(/^\w+/, '@caruso') })] as const)
  return new Map([['package.json', '{"name":"root"}'], ...manifests, ...Object.entries(changes)])
}
