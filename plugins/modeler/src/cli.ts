import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  model: {
    description: 'make classes of a database (introspect), and check their files (check)',
    example: 'caruso model introspect legacy --sample --currency EUR',
    input: Type.Object({
      what: Type.Enum(['introspect', 'check']),
      source: Type.Optional(Type.String({ description: 'introspect: the data source, as the storage names it' })),
      sample: Type.Optional(Type.Boolean({ description: 'introspect: look at values too, where declared types say little' })),
      currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'introspect: make money of what seems to be amounts, all in this currency' })),
      force: Type.Optional(Type.Boolean({ description: 'introspect: overwrite files that somebody has changed' })),
    }),
    arguments: ['what', 'source'],
    run: async ({ what, ...input }, context) => {
      if (what === 'check') await (await import('./commands/check.ts')).check(context)
      else await (await import('./commands/introspect.ts')).introspect(input, context)
    },
  },
})
