import type { Change } from './alter/change.ts'

/** The events of a data source, in the order in which their transactions were committed. */
export const eventsTable = 'caruso_events'
/** How far each consumer has come; the row without a name is locked by whoever adds events. */
export const cursorsTable = 'caruso_cursors'
/** The events that consumers have handled in a transaction of this data source. */
export const handledTable = 'caruso_handled'

const name = { type: 'text', length: 190, nullable: false } as const

/** What makes the tables. */
export const outboxTables: readonly (Change & { readonly createTable: string })[] = [
  {
    createTable: eventsTable,
    columns: [
      { name: 'seq', type: 'integer', nullable: false, identity: 'by default' },
      { name: 'id', type: 'uuid', nullable: false },
      { name: 'topic', ...name },
      { name: 'subject', type: 'text', length: 512, nullable: true },
      { name: 'payload', type: 'text', nullable: false },
      { name: 'at', type: 'instant', nullable: false },
    ],
    key: ['seq'],
    indexes: [{ name: 'caruso_events_id', unique: true, parts: [{ column: 'id' }] }],
  },
  { createTable: cursorsTable, columns: [{ name: 'consumer', ...name }, { name: 'seq', type: 'integer', nullable: false }], key: ['consumer'] },
  { createTable: handledTable, columns: [{ name: 'consumer', ...name }, { name: 'id', type: 'uuid', nullable: false }, { name: 'at', type: 'instant', nullable: false }], key: ['consumer', 'id'] },
]
