import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  backup: {
    description: 'back up the assembly with its databases, also while it runs',
    example: 'caruso backup backups/',
    input: Type.Object({
      to: Type.String({ description: 'the file to write, or a folder to put it in' }),
      secrets: Type.Optional(Type.Boolean({ description: 'with the secrets; keep such a file where you keep those' })),
    }),
    arguments: ['to'],
    run: async (input, context) => await (await import('./backup.ts')).backup(input, context),
  },
  restore: {
    description: 'unpack a backup into an empty folder, and verify it',
    example: 'caruso restore backups/orders-20261124T080000Z.tar.gz restored',
    input: Type.Object({ file: Type.String({ description: 'what caruso backup wrote' }), folder: Type.String({ description: 'an empty folder, or one that is not there' }) }),
    arguments: ['file', 'folder'],
    run: async (input, context) => await (await import('./restore.ts')).restore(input, context),
  },
})
