import { type Static, Type } from '@caruso/contract'
import { validRange } from 'semver'
import { packageNameSource } from './package-name.ts'

// A title says what is expected, in the words of error messages; a description says what it is for, in an editor.

/** What components of an assembly are called, and the assembly itself. */
export const assemblyNamePattern = '^[a-z][a-z0-9-]{0,62}$'

const nameTitle = 'a name of small letters, digits and hyphens that starts with a letter'

const VersionRange = Type.Refine(
  Type.String({ title: 'a semver range', description: 'Which versions may run, such as ^1.2.0', default: '*', minLength: 1, maxLength: 256 }),
  (range) => validRange(range) !== null,
)

const Component = Type.Object(
  {
    plugin: Type.String({
      title: 'the npm name of a plugin, or a folder that starts with ./ or ../',
      description: 'The plugin that ships the component: an npm name, or a folder relative to this file',
      pattern: `^(\\.{1,2}(/.*)?|${packageNameSource})$`,
      minLength: 1,
      maxLength: 1024,
    }),
    version: Type.Optional(VersionRange),
    isolation: Type.Optional(
      Type.Enum(['inline', 'worker', 'process'], {
        title: '"inline", "worker" or "process"',
        description: 'inline: called directly in the process of the host; worker: in a thread of its own, guards against mistakes; process: in a process of its own, guards against malice',
        default: 'inline',
      }),
    ),
    host: Type.Optional(
      Type.String({
        title: 'the name of a host: at most 32 small letters, digits and hyphens, first a letter',
        description: 'The host that runs it: main is the one that "caruso up" starts, another NAME is started by "caruso host NAME --join"',
        pattern: '^[a-z][a-z0-9-]{0,31}$',
        default: 'main',
      }),
    ),
    permissions: Type.Optional(
      Type.Array(Type.String({ title: 'a permission such as "storage.sql"', pattern: '^\\S+$', maxLength: 128 }), {
        title: 'a list of permissions',
        description: 'What calls that the component makes in its own name may do',
        default: [],
      }),
    ),
    reads: Type.Optional(
      Type.Array(Type.String({ title: 'a folder or file in the folder of the assembly, such as "dialogs", without names that start with a dot', pattern: '^[^./\\\\:*,][^/\\\\:*,]*(/[^./\\\\:*,][^/\\\\:*,]*)*$', maxLength: 1024 }), {
        title: 'a list of folders and files',
        description: 'What of the folder of the assembly a component with isolation process may read; the others may read all of it',
        default: [],
      }),
    ),
    config: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { title: 'a mapping', description: 'Handed to the plugin, which checks it by its own schema', default: {} })),
  },
  { title: 'a mapping with the key "plugin"', additionalProperties: false },
)

/** `assembly.yaml` after substitution; published as `assembly.schema.json`. */
export const AssemblySchema = Type.Object(
  {
    assembly: Type.String({ title: nameTitle, description: 'The name of the assembly; subjects on the bus start with it', pattern: assemblyNamePattern }),
    components: Type.Record(Type.String({ title: nameTitle, pattern: assemblyNamePattern }), Component, {
      title: 'a mapping of components by name',
      description: 'The components that make up the application, by name',
      additionalProperties: false,
    }),
    nats: Type.Optional(
      Type.Object(
        {
          url: Type.String({ title: 'the address of a NATS server, such as "nats://nats.example.com:4222"', description: 'The address of the NATS server', pattern: '^(nats|tls|ws|wss)://[^\\s/]+/?$' }),
          tokenFile: Type.Optional(Type.String({ title: 'the path of a file', description: 'A file that holds the token, relative to this file', minLength: 1 })),
        },
        { title: 'a mapping with the key "url"', description: 'A NATS server of your own; without it, an embedded one is started', additionalProperties: false },
      ),
    ),
  },
  { title: 'a mapping with the keys "assembly" and "components"', description: 'A Caruso assembly', additionalProperties: false },
)

export type AssemblyFile = Static<typeof AssemblySchema>
