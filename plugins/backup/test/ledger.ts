import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ledger = `
import { contract, Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Storage } from '@caruso/storage/contract'
import { setImmediate } from 'node:timers/promises'

const Ledger = contract({ name: 'ledger', version: '1.0.0', operations: { counts: { input: Type.Object({}), output: Type.Object({ debits: Type.Integer(), credits: Type.Integer() }), idempotent: true } } })

export default definePlugin({
  name: 'ledger',
  config: Type.Object({ books: Type.Boolean({ default: true }), password: Type.Optional(Type.String()) }),
  provides: { ledger: Ledger },
  requires: { storage: Storage },
  async start({ config, scope, storage }) {
    const call = () => scope.call({ timeout: 60_000 })
    for (const table of ['debits', 'credits']) await storage.sql({ source: 'crm', sql: 'create table if not exists ' + table + ' (id integer primary key, note text)', write: true }, call())
    const note = 'x'.repeat(500)
    const book = async (active) => {
      while (!active.aborted) {
        await storage.transact({ source: 'crm', steps: [{ insert: 'debits', rows: [{ note }] }, { insert: 'credits', rows: [{ note }] }] }, call())
        await setImmediate()
      }
    }
    if (config.books) {
      scope.whenActive(() => {
        const end = new AbortController()
        void book(end.signal)
        return () => end.abort()
      })
    }
    return {
      ledger: {
        counts: async (_, asked) => (await storage.sql({ source: 'crm', sql: 'select (select count(*) from debits) as debits, (select count(*) from credits) as credits' }, asked)).rows[0],
      },
    }
  },
})
`

const manifest = (version: string): string => JSON.stringify({ name: 'ledger', version, type: 'module', exports: './index.ts', dependencies: { '@caruso/storage': '*' } })

/** An assembly that writes all the time, each time into two tables together, or not at all where it is told. */
export function makeLedger(folder: string, { books, crm = 'data/crm.db' }: { readonly books: boolean; readonly crm?: string }): void {
  const files = {
    'assembly.yaml': `assembly: books\ncomponents:\n  storage:\n    plugin: '@caruso/storage'\n    config: { sources: { crm: { kind: sqlite, file: '${crm}' } } }\n  ledger:\n    plugin: ./ledger\n    permissions: [storage.sql]\n    config: { books: ${books}, password: '\${secret:LEDGER}' }\n`,
    'model/customer.yaml': 'class: customer\n',
    '.env': 'PASSWORD=hunter2\n',
    '.caruso/secrets/LEDGER': 'hunter2',
    'ledger/index.ts': ledger,
    'ledger/package.json': manifest('1.0.0'),
    'releases/ledger-1.1.0/index.ts': ledger,
    'releases/ledger-1.1.0/package.json': manifest('1.1.0'),
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text, { mode: path.startsWith('.') ? 0o600 : 0o644 })
  }
}
