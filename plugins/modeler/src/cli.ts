import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  model: {
    description: 'make classes of a database (introspect), check their files (check), write a page about them (docs); make databases as they say (diff, apply, undo, drift)',
    example: 'caruso model introspect legacy --sample --currency EUR',
    input: Type.Object({
      what: Type.Enum(['introspect', 'check', 'docs', 'diff', 'apply', 'undo', 'drift']),
      source: Type.Optional(Type.String({ description: 'the data source, as the storage names it; introspect needs it' })),
      sample: Type.Optional(Type.Boolean({ description: 'introspect: look at values too, where declared types say little' })),
      currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'introspect: make money of what seems to be amounts, all in this currency' })),
      force: Type.Optional(Type.Boolean({ description: 'introspect: overwrite files that somebody has changed' })),
      drop: Type.Optional(Type.Boolean({ description: 'apply: also drop tables and columns, with the values in them' })),
      out: Type.String({ default: 'docs/model.html', description: 'docs: the file to write' }),
      lang: Type.String({ default: 'en', description: 'docs: the language, en, nb or ar' }),
    }),
    arguments: ['what', 'source'],
    run: async ({ what, ...input }, context) => {
      if (what === 'check') await (await import('./commands/check.ts')).check(context)
      else if (what === 'docs') await (await import('./commands/docs.ts')).docs(input, context)
      else if (what === 'diff') await (await import('./commands/diff.ts')).diff(input.source, context)
      else if (what === 'drift') await (await import('./commands/drift.ts')).drift(input.source, context)
      else if (what === 'apply' || what === 'undo') await (await import('./commands/apply.ts'))[what](input, context)
      else await (await import('./commands/introspect.ts')).introspect(input, context)
    },
  },
})
