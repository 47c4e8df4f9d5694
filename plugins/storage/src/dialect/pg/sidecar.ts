import { ownColumns, sidecarSequence, type Sidecar } from '../../sidecar.ts'
import { pgDialect } from './dialect.ts'

const { quote } = pgDialect

/** Makes a sidecar, in one transaction; the columns of the key get type and collation of those of the table. */
export function sidecarStatements(sidecar: Sidecar): readonly string[] {
  const { kind, name, table } = sidecar
  const key = sidecar.key.map(quote).join(', ')
  const own = ownColumns(sidecar, { version: 'bigint not null default 1', instant: 'timestamptz', text: 'text', long: 'text' })
  const keys = kind === 'state' ? [`primary key (${key})`] : [`${sidecarSequence} bigint generated always as identity primary key`, `unique (${key}, ${sidecarSequence})`]
  return [`create table ${quote(name)} as select ${key} from ${quote(table)} with no data`, `alter table ${quote(name)} ${[...own, ...keys].map((part) => `add ${part}`).join(', ')}`]
}
