/** Stands in for the legacy system: makes a database as that system would have left it. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Makes the database where there is none yet. */
export function makeLegacy(file: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const database = new DatabaseSync(file)
  database.exec(`
    create table if not exists ARTICLES (ART_NO text primary key, DESCR text, PRICE real, CHANGED text);
    insert or ignore into ARTICLES values
      ('A-100   ', 'Kettle, steel', 39.9, '04.07.2023'),
      ('A-200   ', 'Tea pot', 24.5, '12.11.2024'),
      ('B-100   ', 'Cup', 6.25, null);
  `)
  database.close()
}

if (import.meta.main) makeLegacy('data/legacy.sqlite')
