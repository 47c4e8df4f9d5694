import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  dialog: {
    description: 'check dialog scripts (check), print the DTD that they follow (dtd)',
    example: 'caruso dialog check dialogs/moving.xml',
    input: Type.Object({
      what: Type.Enum(['check', 'dtd']),
      file: Type.Optional(Type.String({ description: 'the script; all of the assembly\'s folder dialogs/ without it' })),
    }),
    arguments: ['what', 'file'],
    run: async ({ what, file }, context) => {
      if (what === 'check') await (await import('./commands/check.ts')).check(file, context)
      else await (await import('./commands/dtd.ts')).dtd(context)
    },
  },
})
