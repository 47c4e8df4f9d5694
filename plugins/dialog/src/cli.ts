import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  dialog: {
    description: 'check dialog scripts (check), hold a dialog here (run), print the DTD that scripts follow (dtd)',
    example: 'caruso dialog run dialogs/debtor.xml --channel keypad --lang nb',
    input: Type.Object({
      what: Type.Enum(['check', 'run', 'dtd']),
      file: Type.Optional(Type.String({ description: 'the script; check: all of the assembly\'s folder dialogs/ without it' })),
      channel: Type.Optional(Type.Enum(['agent', 'web', 'keypad'], { description: 'run: how it is held; the script\'s first without it' })),
      lang: Type.Optional(Type.String({ description: 'run: the language; the script\'s first without it' })),
      given: Type.Optional(Type.String({ description: 'run: the values of the script\'s inputs, as JSON' })),
      data: Type.Optional(Type.String({ description: 'run: a JSON file of what is found, by the name of the lookup, the class or the action' })),
    }),
    arguments: ['what', 'file'],
    run: async ({ what, file, ...input }, context) => {
      if (what === 'check') await (await import('./commands/check.ts')).check(file, context)
      else if (what === 'run') await (await import('./commands/run.ts')).run(file, input, context)
      else await (await import('./commands/dtd.ts')).dtd(context)
    },
  },
})
