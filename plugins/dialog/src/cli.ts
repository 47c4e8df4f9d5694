import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  dialog: {
    description: 'check dialog scripts (check), tell every way through one (paths), draw one (graph), hold a dialog here (run), print the DTD that scripts follow (dtd)',
    example: 'caruso dialog run dialogs/debtor.xml --channel keypad --lang nb',
    input: Type.Object({
      what: Type.Enum(['check', 'paths', 'graph', 'run', 'dtd']),
      file: Type.Optional(Type.String({ description: 'the script; check: all of the assembly\'s folder dialogs/ without it' })),
      channel: Type.Optional(Type.Enum(['agent', 'web', 'keypad'], { description: 'run: how it is held; the script\'s first without it' })),
      lang: Type.Optional(Type.String({ description: 'run: the language, the script\'s first without it; paths, graph: in which ways are told, en, nb or ar' })),
      all: Type.Optional(Type.Boolean({ description: 'paths: also where nothing came, or something failed' })),
      out: Type.Optional(Type.String({ description: 'graph: the SVG file to write; text for Mermaid without it' })),
      given: Type.Optional(Type.String({ description: 'run: the values of the script\'s inputs, as JSON' })),
      data: Type.Optional(Type.String({ description: 'run: a JSON file of what is found, by the name of the lookup, the class or the action' })),
    }),
    arguments: ['what', 'file'],
    run: async ({ what, file, ...input }, context) => {
      if (what === 'check') await (await import('./commands/check.ts')).check(file, context)
      else if (what === 'paths') await (await import('./commands/paths.ts')).paths(file, { lang: input.lang ?? 'en', all: input.all }, context)
      else if (what === 'graph') await (await import('./commands/graph.ts')).graph(file, { lang: input.lang ?? 'en', out: input.out }, context)
      else if (what === 'run') await (await import('./commands/run.ts')).run(file, input, context)
      else await (await import('./commands/dtd.ts')).dtd(context)
    },
  },
})
