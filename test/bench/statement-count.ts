import Database from 'better-sqlite3'
import pg from 'pg'

/** How many statements the work sends to a database, whoever sends them: all use the same drivers. */
export async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  let count = 0
  const counted = [...sqliteMethods(), [pg.Client.prototype, 'query'] as const].map(([prototype, name]) => {
    const original = Reflect.get(prototype, name) as (...values: unknown[]) => unknown
    Reflect.set(prototype, name, function (this: object, ...values: unknown[]): unknown {
      count++
      return Reflect.apply(original, this, values)
    })
    return () => Reflect.set(prototype, name, original)
  })
  try {
    await work()
  } finally {
    for (const restore of counted) restore()
  }
  return count
}

function sqliteMethods(): (readonly [prototype: object, name: string])[] {
  const database = new Database(':memory:')
  const prototype = Object.getPrototypeOf(database.prepare('select 1')) as object
  database.close()
  return ['run', 'get', 'all', 'iterate'].map((name) => [prototype, name])
}
