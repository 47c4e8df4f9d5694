import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { wordsOf } from '@caruso/storage/contract'
import type { ShopDatabase } from './peers/storage/storage-peer.ts'

export type PeopleDatabase = ShopDatabase

export const personDefinition = { class: 'Person', key: 'id', search: ['name', 'city', 'email'], attributes: { id: 'number', name: 'text', city: 'text', email: 'e-mail' } }

const firsts = ['Ola', 'Kari', 'Ingrid', 'Åse', 'Bjørn', 'Søren', 'Nora', 'Emil', 'Ida', 'Jakob', 'Sofie', 'Lars', 'Maja', 'Erik', 'Sara', 'Odd', 'Liv', 'Tor', 'Eva', 'Per', 'Anne', 'Jan', 'Berit', 'Knut', 'Turid', 'Svein', 'Astrid', 'Arne', 'Marit', 'Leif', 'Randi', 'Nils', 'Inger', 'Hans', 'Solveig', 'Rolf', 'Grete', 'Terje', 'Hilde', 'Geir', 'Unni', 'Morten', 'Anita', 'Kjell', 'Wenche', 'أحمد', 'فاطمة', 'محمد', 'مريم', 'Æsa']
const syllables = ['bra', 'sun', 'hol', 'vik', 'nor', 'dal', 'ber', 'lun', 'has', 'tro', 'mo', 'sol', 'eng', 'fos', 'gran', 'haug', 'li', 'myr', 'nes', 'øy', 'rud', 'sand', 'tveit', 'ås']
const endings = ['sen', 'mann', 'berg', 'stad', '']

/** A table of people whose names are as those of people are: some rare, some not. */
export async function fillPeople(database: PeopleDatabase, rows: number): Promise<void> {
  if (database.kind === 'sqlite') return fillSqlite(database.file, rows)
  const client = new pg.Client(database)
  await client.connect()
  try {
    await client.query('create table person (id bigint primary key, name text, city text, email text)')
    for (let from = 0; from < rows; from += 10_000) {
      const people = Array.from({ length: Math.min(10_000, rows - from) }, (_, index) => personOf(from + index))
      await client.query('insert into person select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])', [0, 1, 2, 3].map((column) => people.map((person) => person[column])))
    }
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

/** Puts all words into the index, in their order: what the storage does a few rows at a time takes longer than a benchmark may. */
export async function fillIndex(database: PeopleDatabase, rows: number): Promise<void> {
  const keys = new Map<string, number[]>()
  for (let index = 0; index < rows; index++) {
    const [id, ...texts] = personOf(index)
    for (const word of new Set(texts.flatMap(wordsOf))) {
      const known = keys.get(word)
      if (known === undefined) keys.set(word, [id])
      else known.push(id)
    }
  }
  const words = [...keys.keys()].toSorted()
  if (database.kind === 'sqlite') {
    using open = new DatabaseSync(database.file)
    open.exec('pragma synchronous = off; begin; delete from caruso_words_person; delete from caruso_marks_person')
    const insert = open.prepare('insert into caruso_words_person (caruso_word, id) values (?, ?)')
    for (const word of words) for (const id of keys.get(word) ?? []) insert.run(word, id)
    open.exec('commit')
    return
  }
  const client = new pg.Client(database)
  await client.connect()
  try {
    await client.query('truncate caruso_words_person, caruso_marks_person')
    for (let from = 0; from < words.length; from += 5_000) {
      const pairs = words.slice(from, from + 5_000).flatMap((word) => (keys.get(word) ?? []).map((id) => [word, id] as const))
      await client.query('insert into caruso_words_person (caruso_word, id) select * from unnest($1::text[], $2::bigint[])', [pairs.map(([word]) => word), pairs.map(([, id]) => id)])
    }
  } finally {
    await client.end()
  }
}

/** Lets PostgreSQL count what there is, as it does by itself where it is not told otherwise. */
export async function analyze(database: PeopleDatabase): Promise<void> {
  if (database.kind === 'sqlite') return
  const client = new pg.Client(database)
  await client.connect()
  try {
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

/** Megabytes that all tables take. */
export async function sizesOf(database: PeopleDatabase): Promise<number> {
  if (database.kind === 'sqlite') {
    const open = new DatabaseSync(database.file)
    open.exec('pragma wal_checkpoint(truncate)')
    open.close()
    return Math.round(statSync(database.file).size / 1e6)
  }
  const client = new pg.Client(database)
  await client.connect()
  try {
    const { rows } = await client.query<{ size: string }>(`select sum(pg_total_relation_size(oid)) as size from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`)
    return Math.round(Number(rows[0]?.size) / 1e6)
  } finally {
    await client.end()
  }
}

function fillSqlite(file: string, rows: number): void {
  using open = new DatabaseSync(file)
  open.exec('pragma journal_mode = wal; pragma synchronous = off; begin; create table person (id integer primary key, name text, city text, email text)')
  const insert = open.prepare('insert into person values (?, ?, ?, ?)')
  for (let index = 0; index < rows; index++) insert.run(...personOf(index))
  open.exec('commit; analyze')
}

function personOf(index: number): [number, string, string, string] {
  const of = <T>(list: readonly T[], salt: number): T => list[Math.floor((Math.imul(index + 1, 2_654_435_761 + salt * 2) >>> 8) % list.length)] as T
  const last = `${of(syllables, 11)}${of(syllables, 23)}${of(endings, 37)}`
  const city = `${capital(of(syllables, 41))}${of(syllables, 53)}`
  return [index + 1, `${of(firsts, 67)} ${capital(last)}`, city, `${last.normalize('NFD').replace(/[^a-z]/g, '')}${index % 997}@example.com`]
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
