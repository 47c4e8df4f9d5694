import Database from 'better-sqlite3'
import pg from 'pg'
import type { ShopDatabase } from './peers/storage/storage-peer.ts'

/** Takes back the customers that a commit made, so that the shop does not grow from round to round. */
export async function withoutCustomersAbove(id: number, database: ShopDatabase): Promise<void> {
  if (database.kind === 'sqlite') {
    const sqlite = new Database(database.file)
    sqlite.prepare('delete from customers where cust_no > ?').run([id])
    sqlite.close()
    return
  }
  const client = new pg.Client(database)
  await client.connect()
  await client.query('delete from customers where cust_no > $1', [id])
  await client.query('vacuum customers')
  await client.end()
}
