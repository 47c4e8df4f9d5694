import type { Column, Table } from '../../catalogue.ts'
import type { ServerConnection } from '../../server-connection.ts'

// Names are looked up as PostgreSQL itself does, along the search path; a domain is what it stands for, also in casts: one to
// a domain of varchar(3) would cut a text that the column refuses.
const columns = `
  select c.relname, a.attname, coalesce(b.typname, t.typname), not a.attnotnull, case when t.typtype = 'd' then t.typtypmod else a.atttypmod end,
    coalesce(o.collname in ('C', 'POSIX', 'ucs_basic') and o.collisdeterministic, false),
    case when c.relkind in ('r', 'p') then (select k.place from unnest(i.indkey) with ordinality as k (attnum, place) where k.attnum = a.attnum) end,
    format_type(case when t.typtype = 'd' then (
      with recursive base as (select t.typbasetype as oid union all select d.typbasetype from base join pg_type d on d.oid = base.oid and d.typtype = 'd')
      select base.oid from base join pg_type d on d.oid = base.oid and d.typtype <> 'd'
    ) else a.atttypid end, -1), coalesce(o.collisdeterministic, true),
    exists (select from pg_index f join pg_class x on x.oid = f.indexrelid join pg_am m on m.oid = x.relam
      where f.indrelid = c.oid and f.indkey[0] = a.attnum and f.indisvalid and f.indpred is null and m.amname = 'btree')
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  left join pg_type b on t.typtype = 'd' and b.oid = t.typbasetype
  left join pg_collation o on o.oid = a.attcollation
  left join pg_index i on i.indrelid = c.oid and i.indisprimary
  where n.nspname = any (current_schemas(false)) and c.relkind in ('r', 'p', 'v', 'm', 'f') and pg_table_is_visible(c.oid)
  order by c.relname, a.attnum`

/** The tables and views that a connection sees. */
export async function pgTables(connection: ServerConnection): Promise<readonly Table[]> {
  const found = new Map<string, { readonly columns: Map<string, Column>; readonly key: string[] }>()
  for (const [table, name, stored, nullable, modifier, binary, place, declared, distinct, indexed] of (await connection.run(columns, [])).rows) {
    const known = found.get(String(table)) ?? { columns: new Map(), key: [] }
    found.set(String(table), known)
    const column = String(name)
    known.columns.set(column, { name: column, text: texts.has(String(stored)), stored: String(stored), nullable: nullable === 't', places: placesOf(String(stored), Number(modifier)), binary: binary === 't', distinct: distinct === 't', declared: String(declared), indexed: indexed === 't' })
    if (place !== null && place !== undefined) known.key[Number(place) - 1] = column
  }
  return [...found].map(([name, table]) => ({ name, ...table }))
}

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'citext'])

/** What PostgreSQL keeps in a type's modifier: of a numeric the scale in eleven bits with a sign, of a moment the digits. */
function placesOf(stored: string, modifier: number): number | undefined {
  if (stored === 'numeric' && modifier >= 4) return Math.max(0, (((modifier - 4) & 0x7ff) ^ 1_024) - 1_024)
  if (stored.startsWith('time')) return modifier >= 0 ? modifier : 6
  return undefined
}
