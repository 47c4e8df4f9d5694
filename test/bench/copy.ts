import type { CommandContext } from '@caruso/contract'
import commands from '@caruso/storage/cli'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { Findings, Options } from './benchmark.ts'
import { startPostgres } from './postgres.ts'
import { median, rounded } from './statistics.ts'
import { temporaryFolder } from './temporary-folder.ts'

interface Copied {
  readonly rows: number
  readonly seconds: number
  readonly differingCells: number
}

/** `caruso data copy` of one table of ten mixed columns from SQLite to PostgreSQL, the comparison of every cell included. */
export async function copy({ quick, progress }: Options): Promise<Findings> {
  const { rows, rounds } = quick ? { rows: 5_000, rounds: 1 } : { rows: 1_000_000, rounds: 3 }
  using folder = temporaryFolder('copy')
  const file = join(folder.path, 'from.db')
  progress(`${rows} rows are made`)
  fill(file, rows)
  await using postgres = await startPostgres()
  const found: Copied[] = []
  const steps: (readonly [string, number])[][] = []
  for (let round = 1; round <= rounds; round++) {
    const database = `copy_${round}`
    await makeDatabase(postgres.at('postgres'), database)
    const sources = { from: { kind: 'sqlite', file }, to: postgres.at(database) }
    const { copied, told } = await measured(folder.path, sources)
    found.push(copied)
    steps.push(told)
    progress(`round ${round} of ${rounds}: ${Math.round(copied.rows / copied.seconds)} rows/s`)
  }
  const rates = found.map((one) => one.rows / one.seconds)
  const cells = found.reduce((sum, { differingCells }) => sum + differingCells, 0)
  return {
    figures: [
      { name: 'rows_per_s', value: Math.round(median(rates)), goal: { atLeast: 50_000 }, meaning: 'rows of ten mixed columns from SQLite to PostgreSQL, by all of the time, comparison included' },
      { name: 'differing_cells', value: cells, goal: { atMost: 0 }, meaning: 'cells that were not the same afterwards' },
    ],
    details: { rows, rounds, seconds: found.map(({ seconds }) => rounded(seconds)), began_ms: steps.map((told) => Object.fromEntries(told)) },
  }
}

function fill(file: string, rows: number): void {
  const database = new DatabaseSync(file)
  database.exec(`
    pragma journal_mode = wal;
    create table orders (id integer primary key, customer text not null, note text, pieces integer not null, price decimal_text(12, 2) not null,
      weight real, paid boolean not null, due date_text, placed instant_text not null, reference uuid_text not null);
    with recursive n (x) as (select 1 union all select x + 1 from n where x < ${rows})
    insert into orders select x, 'Customer ' || (x * 7919 % 100003), case when x % 3 = 0 then null else 'A note of order ' || x || ', ' || hex(x * 31337) end, x % 97,
      (x * 131 % 100000) || '.' || (1 + x % 9), x / 7.0, x % 2, date('2000-01-01', (x % 9000) || ' days'),
      strftime('%Y-%m-%dT%H:%M:%S', '2020-01-01', x || ' seconds') || printf('.%06dZ', x * 997 % 1000000),
      printf('%08x-1234-4abc-8def-%012x', x * 2654435761 % 4294967296, x) from n`)
  database.close()
}

async function makeDatabase(config: pg.ClientConfig, name: string): Promise<void> {
  const client = new pg.Client(config)
  await client.connect()
  try {
    await client.query(`create database ${name}`)
  } finally {
    await client.end()
  }
}

/** The command as `caruso` runs it, and when each of its steps began. */
async function measured(folder: string, sources: object): Promise<{ readonly copied: Copied; readonly told: [string, number][] }> {
  const told: [string, number][] = []
  let copied: Copied | undefined
  const began = performance.now()
  const context: Pick<CommandContext, 'folder' | 'terminal' | 'assembly'> = {
    folder,
    terminal: {
      json: true,
      progress: (words) => {
        if (!words.includes('%')) told.push([words.trim().replace(/:.*/, ''), Math.round(performance.now() - began)])
      },
      answer: (value) => (copied = value as Copied),
    },
    assembly: async () => ({ name: 'bench', folder, components: { storage: { plugin: '@caruso/storage', config: { sources } } } }),
  }
  await commands['data']?.run({ what: 'copy', from: 'from', to: 'to' }, context as CommandContext)
  if (copied === undefined) throw new Error('Copied a database: expected an answer')
  return { copied, told }
}
