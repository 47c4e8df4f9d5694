import { type DeepReadonly, type Static, Type } from '@caruso/contract'

const Port = Type.Integer({ minimum: 1, maximum: 65_535 })

/** One data source: which database, and where it is. What belongs to which kind is checked when it is opened. */
export const SourceConfig = Type.Object({
  // No literals, so that whoever names another database hears which there are, and not of a missing `file`.
  kind: Type.String({ description: 'sqlite, pg (PostgreSQL) or mysql (MySQL and MariaDB)' }),
  file: Type.Optional(Type.String({ description: 'sqlite: a path, relative to the working directory, or :memory:' })),
  host: Type.Optional(Type.String({ minLength: 1, description: 'pg, mysql: a name, an address, or the folder or file of a socket' })),
  port: Type.Optional(Type.Integer({ ...Port, description: 'pg, mysql: 5432 or 3306 unless told' })),
  database: Type.Optional(Type.String({ minLength: 1, description: 'pg, mysql' })),
  user: Type.Optional(Type.String({ minLength: 1, description: 'pg, mysql' })),
  password: Type.Optional(Type.String({ description: 'pg, mysql: ${secret:NAME}' })),
  ssl: Type.Optional(
    Type.Union([Type.Boolean(), Type.Object({ ca: Type.String({ minLength: 1, description: 'The file of the certificates that the server is trusted by' }) })], {
      description: 'pg, mysql: speak TLS, and trust the server by the certificates of the machine or by those named',
    }),
  ),
  connections: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'pg, mysql: at most so many, 10 unless told' })),
  readonly: Type.Optional(Type.Boolean({ description: 'Never change the database' })),
})

/** The data sources by name. */
export const StorageConfig = Type.Object({ sources: Type.Record(Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_-]{0,63}$' }), SourceConfig) })

export type SourceConfig = DeepReadonly<Static<typeof SourceConfig>>
export type StorageConfig = DeepReadonly<Static<typeof StorageConfig>>
