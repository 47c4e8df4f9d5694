import Database from 'better-sqlite3'
import pg from 'pg'
import type { ShopDatabase } from './peers/storage/storage-peer.ts'

/** Makes so many times as many customers of those that there are. */
export async function withCustomersTimes(times: number, database: ShopDatabase): Promise<void> {
  const numbers = `with recursive n (v) as (select 1 union all select v + 1 from n where v < ${times - 1})`
  const rows = 'select cust_no + (select max(cust_no) from customers) * v, cust_name, e_mail, country_code, is_active, credit_limit, created_at from customers cross join n'
  if (database.kind === 'sqlite') {
    const sqlite = new Database(database.file)
    sqlite.exec(`insert into customers ${numbers} ${rows}`)
    sqlite.close()
    return
  }
  const client = new pg.Client(database)
  await client.connect()
  await client.query(`${numbers} insert into customers ${rows}`)
  await client.end()
}
