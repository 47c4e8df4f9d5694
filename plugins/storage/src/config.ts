import { type DeepReadonly, type Static, Type } from '@caruso/contract'

/** One data source: which database, and where it is. */
export const SourceConfig = Type.Object({
  // No literals, so that whoever names another database hears which there are, and not of a missing `file`.
  kind: Type.String({ description: 'sqlite' }),
  file: Type.Optional(Type.String({ description: 'A path, relative to the working directory, or :memory:' })),
  readonly: Type.Optional(Type.Boolean({ description: 'Never change the database' })),
})

/** The data sources by name. */
export const StorageConfig = Type.Object({ sources: Type.Record(Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9_-]{0,63}$' }), SourceConfig) })

export type SourceConfig = DeepReadonly<Static<typeof SourceConfig>>
export type StorageConfig = DeepReadonly<Static<typeof StorageConfig>>
