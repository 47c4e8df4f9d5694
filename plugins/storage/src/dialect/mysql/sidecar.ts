import { ownColumns, sidecarSequence, type Sidecar } from '../../sidecar.ts'
import { quote } from './dialect.ts'

/** Makes a sidecar, in one statement, since each is a transaction; the columns of the key get type and collation of those of the table. */
export function sidecarStatements(sidecar: Sidecar): readonly string[] {
  const { kind, name, table } = sidecar
  const key = sidecar.key.map(quote).join(', ')
  const own = ownColumns(sidecar, { version: 'bigint not null default 1', instant: 'datetime(6)', text: 'text', long: 'longtext' })
  const keys = kind === 'state' ? [`primary key (${key})`] : [`${sidecarSequence} bigint auto_increment primary key`, `unique (${key}, ${sidecarSequence})`]
  return [`create table if not exists ${quote(name)} (${[...own, ...keys].join(', ')}) engine = InnoDB character set utf8mb4 collate utf8mb4_bin select ${key} from ${quote(table)} where 1 = 0`]
}
