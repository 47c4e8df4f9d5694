import { defineCommands, Type } from '@caruso/contract'

const count = Type.Optional(Type.Integer({ minimum: 1, description: 'stop after so many' }))
const asked = {
  operation: Type.String({ description: 'CONTRACT.OPERATION' }),
  input: Type.Optional(Type.String({ description: 'JSON, or - for standard input' })),
  timeout: Type.Integer({ minimum: 1, default: 10_000, description: 'milliseconds to wait' }),
}

export default defineCommands({
  new: {
    description: 'begin a plugin, a wrapper of a legacy database, or an assembly',
    example: 'caruso new plugin greeter --folder plugins/greeter',
    input: Type.Object({
      kind: Type.Enum(['plugin', 'wrapper', 'assembly']),
      name: Type.String({ description: 'small letters, digits and hyphens' }),
      folder: Type.Optional(Type.String({ description: 'where to begin it (default: its name)' })),
    }),
    arguments: ['kind', 'name'],
    run: async (input, context) => await (await import('./begin.ts')).begin(input, context),
  },
  docs: {
    description: 'write a page of documentation for each contract',
    example: 'caruso docs --out docs/contracts',
    input: Type.Object({
      plugin: Type.Optional(Type.String({ description: 'the folder of one plugin, such as ./greeter (default: the plugins of the assembly)' })),
      out: Type.String({ default: 'docs/contracts', description: 'the folder to write to' }),
    }),
    arguments: ['plugin'],
    run: async (input, context) => await (await import('./docs.ts')).docs(input, context),
  },
  graph: {
    description: 'show who asks whom',
    example: 'caruso graph',
    input: Type.Object({}),
    run: async (_, context) => await (await import('./graph.ts')).graph(context),
  },
  call: {
    description: 'ask an operation and print its answer',
    example: `caruso call orders.customer '{"id":"ALFKI"}'`,
    input: Type.Object(asked),
    arguments: ['operation', 'input'],
    run: async (input, context) => await (await import('./call.ts')).call(input, context),
  },
  finalize: {
    description: 'give the version before up: take away what only it needed, such as columns',
    example: 'caruso finalize desk --dry-run',
    input: Type.Object({
      component: Type.String(),
      dryRun: Type.Optional(Type.Boolean({ description: 'say what would be taken away, touch nothing' })),
      drop: Type.Optional(Type.Boolean({ description: 'also what has values' })),
      why: Type.Optional(Type.String({ description: 'for the history' })),
    }),
    arguments: ['component'],
    run: async (input, context) => await (await import('./finalize.ts')).finalize(input, context),
  },
  events: {
    description: 'print events as they come',
    example: 'caruso events manager.changed',
    input: Type.Object({ event: Type.Optional(Type.String({ description: 'CONTRACT.EVENT; every event where it is left out' })), count }),
    arguments: ['event'],
    run: async (input, context) => await (await import('./events.ts')).events(input, context),
  },
  watch: {
    description: 'watch what every instance does, once a second',
    example: 'caruso watch --json --count 10',
    input: Type.Object({ count }),
    run: async (input, context) => await (await import('./watch.ts')).watch(input, context),
  },
  trace: {
    description: 'make one call, and show its way through all components',
    example: `caruso trace desk.customer '{"id":"ALFKI"}'`,
    input: Type.Object(asked),
    arguments: ['operation', 'input'],
    run: async (input, context) => await (await import('./trace.ts')).trace(input, context),
  },
})
