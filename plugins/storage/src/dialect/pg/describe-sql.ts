const visible = (oid: string, schema: string): string => `case when not pg_table_is_visible(${oid}) then ${schema} end`

const action = (column: string): string => `case ${column} when 'r' then 'restrict' when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' else 'no action' end`

const names = (keys: string, table: string): string => `
  (select json_agg(named.attname order by placed.place) from unnest(${keys}) with ordinality as placed (number, place) join pg_attribute named on named.attrelid = ${table} and named.attnum = placed.number)`

// A sequence that belongs to a column is one that "serial" made.
const identity = `
  case when a.attidentity = 'a' then 'always'
    when a.attidentity = 'd' or (d.adbin is not null and exists (select from pg_depend o join pg_class s on s.oid = o.objid and s.relkind = 'S'
      where o.classid = 'pg_class'::regclass and o.refclassid = 'pg_class'::regclass and o.refobjid = a.attrelid and o.refobjsubid = a.attnum and o.deptype = 'a')) then 'by default' end`

const columns = `
  (select coalesce(json_agg(json_build_object(
      'name', a.attname, 'declared', format_type(a.atttypid, a.atttypmod), 'stored', b.typname,
      'values', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = case when b.typcategory = 'A' then b.typelem else b.oid end),
      'several', case when b.typcategory = 'A' then true end,
      'domain', case when t.typtype = 'd' then json_build_object('base', format_type(b.oid, z.modifier), 'checks', coalesce(
        (select json_agg(pg_get_expr(k.conbin, 0, true) order by k.conname) from bases l join pg_constraint k on k.contypid = l.step and k.contype = 'c' where l.domain = t.oid), '[]')) end,
      'nullable', not (a.attnotnull or t.typnotnull),
      'default', case when a.attgenerated = '' then coalesce(pg_get_expr(d.adbin, d.adrelid), t.typdefault) end,
      'identity', ${identity},
      'generated', case when a.attgenerated <> '' then json_build_object('stored', a.attgenerated = 's', 'expression', pg_get_expr(d.adbin, d.adrelid, true)) end,
      'comment', col_description(a.attrelid, a.attnum)
    ) order by a.attnum), '[]')
  from pg_attribute a
  join pg_type t on t.oid = a.atttypid
  left join bases z on z.domain = t.oid and z.isLast
  join pg_type b on b.oid = coalesce(z.base, t.oid)
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)`

// The key of an index with expressions or a condition is none of the table.
const plain = 'i.indisunique and i.indpred is null and i.indexprs is null and not i.indisexclusion'

const unique = `
  (select coalesce(json_agg(json_build_object('name', x.relname, 'columns', ${names('(i.indkey::int2[])[0:i.indnkeyatts - 1]', 'i.indrelid')}) order by x.relname), '[]')
  from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = c.oid and i.indisvalid and not i.indisprimary and ${plain})`

const indexes = `
  (select coalesce(json_agg(json_build_object(
      'name', x.relname, 'unique', i.indisunique,
      'parts', (select json_agg(json_build_object(
          'column', (select m.attname from pg_attribute m where m.attrelid = i.indrelid and m.attnum = i.indkey[p]),
          'expression', case when i.indkey[p] = 0 then pg_get_indexdef(i.indexrelid, p + 1, true) end,
          'desc', case when i.indoption[p] & 1 = 1 then true end) order by p)
        from generate_series(0, i.indnkeyatts - 1) as p),
      'method', nullif(m.amname, 'btree'),
      'where', pg_get_expr(i.indpred, i.indrelid, true)
    ) order by x.relname), '[]')
  from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
  where i.indrelid = c.oid and i.indisvalid and not i.indisprimary and not (${plain}))`

// A table that refers to a partitioned one refers to each of its partitions too, which says nothing more.
const foreignKeys = `
  (select coalesce(json_agg(json_build_object(
      'name', f.conname, 'columns', ${names('f.conkey', 'f.conrelid')},
      'schema', ${visible('r.oid', 's.nspname')}, 'table', r.relname, 'references', ${names('f.confkey', 'f.confrelid')},
      'onDelete', ${action('f.confdeltype')}, 'onUpdate', ${action('f.confupdtype')}
    ) order by f.conname), '[]')
  from pg_constraint f join pg_class r on r.oid = f.confrelid join pg_namespace s on s.oid = r.relnamespace
  where f.conrelid = c.oid and f.contype = 'f' and not exists (select from pg_constraint o where o.oid = f.conparentid and o.conrelid = f.conrelid))`

const triggerEvents = [['insert', 4], ['delete', 8], ['update', 16], ['truncate', 32]].map(([event, bit]) => `case when g.tgtype & ${bit} <> 0 then '${event}' end`).join(', ')

// One that fires on a replica only does nothing where rows are written as usual.
const triggers = `
  (select json_agg(json_build_object(
      'name', g.tgname, 'when', case when g.tgtype & 64 <> 0 then 'instead of' when g.tgtype & 2 <> 0 then 'before' else 'after' end,
      'events', array_remove(array[${triggerEvents}], null),
      'disabled', case when g.tgenabled in ('D', 'R') then true end) order by g.tgname)
  from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal)`

/** One row per table or view: its description as JSON, in which what does not apply is null. */
export const tablesAsJson = `
  with recursive steps (domain, step, base, modifier) as (
    select oid, oid, typbasetype, typtypmod from pg_type where typtype = 'd'
    union all
    select s.domain, t.oid, t.typbasetype, t.typtypmod from steps s join pg_type t on t.oid = s.base where t.typtype = 'd'
  ), bases as (
    select s.domain, s.step, s.base, s.modifier, t.typtype <> 'd' as isLast from steps s join pg_type t on t.oid = s.base
  )
  select json_build_object(
    'name', c.relname, 'schema', ${visible('c.oid', 'n.nspname')},
    'kind', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
    'comment', obj_description(c.oid, 'pg_class'),
    'columns', ${columns},
    'key', coalesce((select ${names('k.conkey', 'k.conrelid')} from pg_constraint k where k.conrelid = c.oid and k.contype = 'p'), '[]'),
    'unique', ${unique},
    'indexes', ${indexes},
    'foreignKeys', ${foreignKeys},
    'checks', (select coalesce(json_agg(json_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, k.conrelid, true)) order by k.conname), '[]') from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'),
    'triggers', ${triggers},
    'rows', case when c.reltuples >= 0 and c.relkind <> 'v' then c.reltuples::bigint end,
    'partitionedBy', case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
    'partitionOf', case when c.relispartition then (select p.relname from pg_inherits h join pg_class p on p.oid = h.inhparent where h.inhrelid = c.oid) end,
    'unreadable', case when not (has_schema_privilege(n.oid, 'usage') and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select'))) then true end
  )
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  order by not pg_table_is_visible(c.oid), n.nspname, c.relname`
