import type { Call, Client } from '@caruso/contract'
import type { Row, Storage } from '@caruso/storage/contract'
import type { Article } from './contract.ts'
import { LegacyError } from './errors.ts'

const columns = ['ART_NO', 'DESCR', 'PRICE', 'CHANGED']
/** Numbers of articles are padded with blanks to so many characters. */
const idWidth = 8

/** The legacy system's table of articles, as clean values. */
export class LegacyArticles {
  readonly #storage: Client<typeof Storage>
  readonly #source: string

  constructor(storage: Client<typeof Storage>, source: string) {
    this.#storage = storage
    this.#source = source
  }

  /** Fails when the table is missing. */
  async check(call: Call): Promise<void> {
    await this.#storage.query({ source: this.#source, from: 'ARTICLES', columns, limit: 0 }, call)
  }

  /** SQL of its own, which the assembly permits by `storage.sql`. */
  async search(text: string, limit: number, call: Call): Promise<Article[]> {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
    const sql = `select ${columns.join(', ')} from ARTICLES where ART_NO like ? escape '\\' or DESCR like ? escape '\\' order by ART_NO limit ?`
    const { rows } = await this.#storage.sql({ source: this.#source, sql, values: [pattern, pattern, limit] }, call)
    return rows.map(articleOf)
  }

  /** @throws LegacyError `ARTICLE_UNKNOWN` */
  async get(id: string, call: Call): Promise<Article> {
    const { rows } = await this.#storage.query({ source: this.#source, from: 'ARTICLES', columns, where: { column: 'ART_NO', op: '==', value: id.padEnd(idWidth) } }, call)
    const [row] = rows
    if (row === undefined) throw new LegacyError('ARTICLE_UNKNOWN', `Looked for article "${id}" in the legacy database: there is none`)
    return articleOf(row)
  }
}

function articleOf(row: Row): Article {
  return { id: textOf(row, 'ART_NO'), title: textOf(row, 'DESCR'), price: amountOf(row, 'PRICE'), changed: dayOf(row, 'CHANGED') }
}

function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw unreadable(column, value, 'a text')
  return value.trim()
}

/** Money is kept as a binary fraction. */
function amountOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'number') throw unreadable(column, value, 'a number')
  return value.toFixed(2)
}

/** `04.07.2023` is the fourth of July. */
function dayOf(row: Row, column: string): string | null {
  if (row[column] === null) return null
  const [, day, month, year] = /^(\d\d)\.(\d\d)\.(\d{4})$/.exec(textOf(row, column)) ?? []
  if (year === undefined) throw unreadable(column, row[column], 'a day such as 04.07.2023')
  return `${year}-${month}-${day}`
}

function unreadable(column: string, value: unknown, expected: string): LegacyError {
  return new LegacyError('LEGACY_VALUE', `Read column "${column}" of the legacy database: expected ${expected}, found ${JSON.stringify(value)}`)
}
