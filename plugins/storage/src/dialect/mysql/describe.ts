import { declaredSize } from '../../declared-size.ts'
import type { ColumnDescription, ForeignKey, IndexDescription, TableDescription, TriggerDescription } from '../../description.ts'
import { keysTable } from '../../keys.ts'
import type { Raw } from '../../logical.ts'
import type { LogicalType } from '../../logical-type.ts'
import { referentialAction } from '../../referential-action.ts'
import type { ServerConnection } from '../../server-connection.ts'
import { withoutEmpty } from '../../without-empty.ts'
import { naturalType } from './codecs.ts'
import { saidDefault, saidExpression } from './said-expression.ts'

const tables = `select table_name, table_type, table_comment, table_rows from information_schema.tables where table_schema = database() and table_type in ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW') and table_name <> ? order by table_name`
// Each table is asked for by its name, since the servers open every table of the database for any other question.
const ofTable = 'table_schema = database() and table_name = ?'
const columns = `select column_name, column_type, data_type, is_nullable, column_default, extra, generation_expression, column_comment from information_schema.columns where ${ofTable} order by ordinal_position`
const indexes = (expression: string): string => `select index_name, non_unique, column_name, ${expression}, sub_part, collation, index_type from information_schema.statistics where ${ofTable} order by index_name, seq_in_index`
const foreignKeys = `select constraint_name, column_name, nullif(referenced_table_schema, database()), referenced_table_name, referenced_column_name from information_schema.key_column_usage where ${ofTable} and referenced_table_name is not null order by constraint_name, ordinal_position`
const rules = 'select constraint_name, delete_rule, update_rule from information_schema.referential_constraints where constraint_schema = database() and table_name = ?'
const mariadbChecks = 'select constraint_name, check_clause from information_schema.check_constraints where constraint_schema = database() and table_name = ? order by constraint_name'
const mysqlChecks = `select c.constraint_name, c.check_clause from information_schema.table_constraints t join information_schema.check_constraints c on c.constraint_schema = t.constraint_schema and c.constraint_name = t.constraint_name where t.${ofTable.replace(' and ', ' and t.')} and t.constraint_type = 'CHECK' and t.enforced = 'YES' order by c.constraint_name`
const triggers = 'select trigger_name, action_timing, event_manipulation from information_schema.triggers where event_object_schema = database() and event_object_table = ? order by trigger_name'
// The servers say nothing of triggers to those who may make none; a right that comes with a role is not seen here.
const seesTriggers = `select count(*) from (select grantee, privilege_type from information_schema.user_privileges union all select grantee, privilege_type from information_schema.schema_privileges where database() like table_schema) held
  where privilege_type = 'TRIGGER' and grantee = concat('''', replace(current_user(), '@', '''@'''), '''')`

/** The tables and views of the connection's database that its user may see. */
export async function* describeTables(connection: ServerConnection, mariadb: boolean): AsyncGenerator<TableDescription, void> {
  const ask = async (sql: string, name: string): Promise<Said[]> => (await connection.run(sql, [name])).rows.map((row) => row.map((value) => said(value)))
  const hidden = Number((await connection.run(seesTriggers, [])).rows[0]?.[0]) === 0 || undefined
  for (const [name = '', kind, comment, rows] of await ask(tables, keysTable)) {
    const isView = kind === 'VIEW'
    const checks = isView ? [] : (await ask(mariadb ? mariadbChecks : mysqlChecks, name)).map(([check, expression = '']) => withoutEmpty<TableDescription['checks'][number]>({ name: check, expression: saidExpression(mariadb, expression) }))
    const { key, unique, others } = indexesOf(isView ? [] : await ask(indexes(mariadb ? 'null' : 'expression'), name))
    yield withoutEmpty<TableDescription>({
      name,
      kind: isView ? 'view' : 'table',
      // The comment of a view is what is wrong with it, or that it is one.
      ...(isView ? { problem: comment === 'VIEW' ? undefined : comment } : { comment: comment || undefined }),
      columns: (await ask(columns, name)).map((row) => describeColumn(row, checks, mariadb)),
      key,
      unique,
      indexes: others,
      foreignKeys: isView ? [] : foreignKeysOf(await ask(foreignKeys, name), await ask(rules, name)),
      checks,
      ...(isView ? {} : triggersOf(await ask(triggers, name), hidden)),
      rows: rows === undefined || isView ? undefined : Number(rows),
    })
  }
}

type Said = (string | undefined)[]

function describeColumn([name = '', declared = '', data = '', nullable, fallback, extra = '', expression = '', comment]: Said, checks: TableDescription['checks'], mariadb: boolean): ColumnDescription {
  const isJson = data === 'longtext' && checks.some((check) => check.expression === `json_valid(\`${name.replaceAll('`', '``')}\`)`)
  const type = isJson ? 'json' : logicalType(declared, data)
  const kept = /(virtual|stored|persistent) generated/i.exec(extra)?.[1]
  return withoutEmpty<ColumnDescription>({
    name,
    declared,
    type,
    ...declaredSize(type, declared),
    values: data === 'enum' || data === 'set' ? valuesOf(declared) : undefined,
    several: data === 'set' || undefined,
    nullable: nullable === 'YES',
    default: saidDefault(mariadb, data, fallback, extra),
    onUpdate: /on update (\w+(?:\(\d*\))?)/i.exec(extra)?.[1],
    identity: /auto_increment/i.test(extra) ? 'by default' : undefined,
    generated: kept === undefined ? undefined : withoutEmpty<NonNullable<ColumnDescription['generated']>>({ stored: kept.toLowerCase() !== 'virtual', expression: saidExpression(mariadb, expression) || undefined }),
    hidden: /invisible/i.test(extra) || undefined,
    comment: comment || undefined,
  })
}

function logicalType(declared: string, data: string): LogicalType {
  if (declared.startsWith('tinyint(1)')) return 'boolean'
  if (data === 'bit') return declared === 'bit(1)' ? 'boolean' : 'bytes'
  return /^(geometry|point|linestring|polygon|multi|geomcollection|vector)/.test(data) ? 'bytes' : naturalType({ stored: data })
}

/** The values of `enum('a','it''s')`, in which the servers write a few signs with a backslash. */
function valuesOf(declared: string): string[] {
  return [...declared.matchAll(/'((?:[^'\\]|''|\\[\s\S])*)'/g)].map(([, text = '']) => text.replace(/''|\\([\s\S])/g, (_, sign?: string) => (sign === undefined ? "'" : (signs[sign] ?? sign))))
}

const signs: Readonly<Record<string, string>> = { n: '\n', r: '\r', 0: '\0' }

interface Indexes {
  readonly key: readonly string[]
  readonly unique: TableDescription['unique']
  readonly others: readonly IndexDescription[]
}

type GrowingIndex = IndexDescription & { readonly parts: IndexDescription['parts'][number][] }

function indexesOf(rows: readonly Said[]): Indexes {
  const key: string[] = []
  const found = new Map<string, GrowingIndex>()
  for (const [name = '', other, column, expression, length, order, method] of rows) {
    if (name === 'PRIMARY') {
      key.push(column ?? '')
      continue
    }
    const known = found.get(name) ?? withoutEmpty<GrowingIndex>({ name, unique: other === '0', parts: [], method: method === 'BTREE' ? undefined : method?.toLowerCase() })
    found.set(name, known)
    known.parts.push(withoutEmpty<IndexDescription['parts'][number]>({ column, expression: expression === undefined ? undefined : saidExpression(false, expression), length: length === undefined ? undefined : Number(length), desc: order === 'D' || undefined }))
  }
  const isKey = ({ unique, parts }: IndexDescription): boolean => unique && parts.every(({ column, length }) => column !== undefined && length === undefined)
  const all = [...found.values()]
  return { key, unique: all.filter(isKey).map(({ name, parts }) => ({ name, columns: parts.map(({ column = '' }) => column) })), others: all.filter((index) => !isKey(index)) }
}

type GrowingKey = ForeignKey & { readonly columns: string[]; readonly references: string[] }

function foreignKeysOf(rows: readonly Said[], actions: readonly Said[]): ForeignKey[] {
  const found = new Map<string, GrowingKey>()
  for (const [name = '', column = '', schema, table = '', reference = ''] of rows) {
    const [, onDelete, onUpdate] = actions.find(([rule]) => rule === name) ?? []
    const known = found.get(name) ?? withoutEmpty<GrowingKey>({ name, columns: [], schema, table, references: [], onDelete: referentialAction(onDelete), onUpdate: referentialAction(onUpdate) })
    found.set(name, known)
    known.columns.push(column)
    known.references.push(reference)
  }
  return [...found.values()]
}

function triggersOf(rows: readonly Said[], hidden: true | undefined): Pick<TableDescription, 'triggers' | 'triggersHidden'> {
  if (rows.length === 0) return hidden ? { triggersHidden: true } : {}
  return { triggers: rows.map(([name = '', when, events = '']) => ({ name, when: when === 'BEFORE' ? 'before' : 'after', events: events.toLowerCase().split(',') as TriggerDescription['events'] })) }
}

function said(value: Raw): string | undefined {
  if (value === null) return undefined
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value)
}
