import { defineCommands, Type } from '@caruso/contract'

export default defineCommands({
  data: {
    description: 'carry a database to another, of whichever kind, and compare them (copy)',
    example: 'caruso data copy legacy crm',
    input: Type.Object({
      what: Type.Enum(['copy']),
      from: Type.String({ description: 'a data source, as the storage names it' }),
      to: Type.String({ description: 'another one, which has no rows yet' }),
    }),
    arguments: ['what', 'from', 'to'],
    run: async (input, context) => await (await import('./copy/copy-data.ts')).copyData(input, context),
  },
})
