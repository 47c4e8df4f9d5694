import { checkOf, messageOf, Type, type Static } from '@caruso/contract'
import { BackupError } from './errors.ts'

/** Where the manifest stands in an archive: last, so that an archive that was cut short has none. */
export const manifestPath = 'manifest.json'
/** The folder of an archive in which the assembly stands. */
export const contentFolder = 'assembly/'

const File = Type.Object({
  path: Type.String(),
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  database: Type.Optional(Type.Literal(true)),
})

/** What a backup consists of. */
export const Manifest = Type.Object({
  format: Type.Literal(1),
  assembly: Type.String(),
  /** ISO 8601, UTC: when it was begun. */
  at: Type.String(),
  caruso: Type.String(),
  node: Type.String(),
  secrets: Type.Boolean(),
  components: Type.Array(Type.Object({ component: Type.String(), plugin: Type.String(), version: Type.String() })),
  files: Type.Array(File),
  links: Type.Array(Type.Object({ path: Type.String(), to: Type.String() })),
  /** What whoever restores it should know, such as what was left out. */
  notes: Type.Array(Type.String()),
})
export type Manifest = Static<typeof Manifest>
export type ManifestFile = Static<typeof File>

/** @throws BackupError `BACKUP_INVALID` */
export function readManifest(file: string, text: string): Manifest {
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch (cause) {
    throw new BackupError('BACKUP_INVALID', `Read backup "${file}": its manifest is not JSON: ${messageOf(cause)}`, { cause })
  }
  if (checkOf(Manifest).accepts(manifest)) return manifest as Manifest
  throw new BackupError('BACKUP_INVALID', `Read backup "${file}": its manifest is not one that this version reads: ${checkOf(Manifest).explain(manifest)}`)
}
