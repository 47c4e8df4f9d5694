import { keysTable } from '../../keys.ts'
import type { Server } from '../../server-source.ts'

/** Keys stay for a day. Without the index on their time, whoever forgets the old ones would lock all. */
export const mysqlKeys: Server['keys'] = {
  create: `create table if not exists ${keysTable} (
    seq bigint auto_increment primary key, component varchar(190) not null, \`key\` varchar(512) not null, at bigint not null,
    digest varchar(64) not null, results longtext not null, unique (component, \`key\`), index (at)
  ) engine = InnoDB character set utf8mb4 collate utf8mb4_bin`,
  find: `select digest, results from ${keysTable} where component = ? and \`key\` = ?`,
  insert: `insert into ${keysTable} (component, \`key\`, at, digest, results) values (?, ?, ?, ?, ?)`,
  forget: `delete from ${keysTable} where at < ?`,
}
