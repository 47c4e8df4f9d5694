import Database from 'better-sqlite3'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { customerColumns, lineColumns, orderColumns, productColumns } from './peers/storage/columns.ts'
import type { ShopDatabase } from './peers/storage/storage-peer.ts'
import { startPostgres } from './postgres.ts'
import type { Shop } from './shop.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The shop in one database; whoever is measured gets a copy of it. */
export interface ShopDatabases extends AsyncDisposable {
  copyFor(peer: string): Promise<ShopDatabase>
}

type Kind = 'key' | 'integer' | 'text' | 'boolean' | 'decimal' | 'instant'

interface Table<Name extends keyof Shop = keyof Shop> {
  readonly name: string
  readonly rows: Name
  readonly columns: Readonly<Record<string, string>>
  readonly kinds: readonly Kind[]
}

const tables: readonly Table[] = [
  { name: 'customers', rows: 'customers', columns: customerColumns, kinds: ['key', 'text', 'text', 'text', 'boolean', 'decimal', 'instant'] },
  { name: 'products', rows: 'products', columns: productColumns, kinds: ['key', 'text', 'decimal'] },
  { name: 'orders', rows: 'orders', columns: orderColumns, kinds: ['key', 'key', 'boolean', 'decimal', 'instant'] },
  { name: 'order_lines', rows: 'lines', columns: lineColumns, kinds: ['key', 'key', 'key', 'integer', 'decimal', 'text'] },
]

const types = {
  // SQLite knows no decimals and no instants; the names are those that storage gives them, and to SQLite they mean text.
  sqlite: { key: 'integer', integer: 'integer', text: 'text', boolean: 'boolean', decimal: 'decimal_text', instant: 'instant_text' },
  pg: { key: 'bigint', integer: 'integer', text: 'text', boolean: 'boolean', decimal: 'numeric(14, 2)', instant: 'timestamptz' },
} as const satisfies Record<ShopDatabase['kind'], Record<Kind, string>>

const indexes = [
  'create index customers_of_country on customers (country_code, created_at)',
  'create index orders_of_customer on orders (cust_no)',
  'create index lines_of_order on order_lines (order_no)',
  'analyze',
]

export function openShop(kind: ShopDatabase['kind'], shop: Shop): Promise<ShopDatabases> {
  return kind === 'sqlite' ? Promise.resolve(openSqliteShop(shop)) : openPgShop(shop)
}

function openSqliteShop(shop: Shop): ShopDatabases {
  const folder = temporaryFolder('shop')
  const origin = join(folder.path, 'shop.db')
  const sqlite = new Database(origin)
  // The mode is kept in the file, so that whoever opens a copy has the mode that the others ask for.
  sqlite.exec('pragma journal_mode = wal')
  sqlite.exec('begin')
  for (const table of tables) {
    sqlite.exec(createTable(table, 'sqlite'))
    const insert = sqlite.prepare(`insert into ${table.name} values (${table.kinds.map(() => '?').join(', ')})`)
    for (const row of shop[table.rows]) insert.run(Object.values(row).map((value: string | number | boolean | null) => (typeof value === 'boolean' ? Number(value) : value)))
  }
  sqlite.exec('commit')
  for (const statement of indexes) sqlite.exec(statement)
  sqlite.close()
  return {
    copyFor: (peer) => {
      const file = join(folder.path, `${peer}.db`)
      copyFileSync(origin, file)
      return Promise.resolve({ kind: 'sqlite', file })
    },
    [Symbol.asyncDispose]: () => Promise.resolve(folder[Symbol.dispose]()),
  }
}

async function openPgShop(shop: Shop): Promise<ShopDatabases> {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startPostgres())
  await execute(server.at('postgres'), ['create database shop'])
  const client = await connect(server.at('shop'))
  for (const table of tables) {
    await client.query(createTable(table, 'pg'))
    const rows = shop[table.rows].map((row) => Object.values(row) as unknown[])
    const given = table.kinds.map((kind, index) => `$${index + 1}::${types.pg[kind]}[]`).join(', ')
    await client.query(`insert into ${table.name} select * from unnest(${given})`, table.kinds.map((_, index) => rows.map((row) => row[index])))
  }
  for (const statement of indexes) await client.query(statement)
  await client.end()
  const held = stack.move()
  return {
    copyFor: async (peer) => {
      await execute(server.at('postgres'), [`create database ${pg.escapeIdentifier(peer)} template shop`])
      return server.at(peer)
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  }
}

function createTable({ name, columns, kinds }: Table, kind: ShopDatabase['kind']): string {
  const optional = new Set<string>([customerColumns.email, lineColumns.note])
  const declared = Object.values(columns).map((column, index) => `${column} ${types[kind][kinds[index] ?? 'text']}${index === 0 ? ' primary key' : optional.has(column) ? '' : ' not null'}`)
  return `create table ${name} (${[...declared, ...(references[name] ?? [])].join(', ')})`
}

const references: Readonly<Record<string, readonly string[]>> = {
  orders: ['foreign key (cust_no) references customers (cust_no)'],
  order_lines: ['foreign key (order_no) references orders (order_no)', 'foreign key (prod_no) references products (prod_no)'],
}

async function execute(database: pg.ClientConfig, statements: readonly string[]): Promise<void> {
  const client = await connect(database)
  for (const statement of statements) await client.query(statement)
  await client.end()
}

async function connect(database: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client(database)
  await client.connect()
  return client
}
