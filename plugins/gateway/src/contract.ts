import { contract, Type } from '@caruso/contract'

export { chooseLanguage } from './language.ts'
export { escapeHtml, languageLinks, loadTexts } from './texts.ts'
export type { Texts } from './texts.ts'
export { TranslatedPage } from './translated-page.ts'

/**
 * What a component provides that shows pages to people. The gateway's configuration says under which address;
 * the component sees paths below that, and links to its own files by relative addresses.
 */
export const Pages = contract({
  name: 'pages',
  version: '1.0.0',
  operations: {
    get: {
      description: 'One page, stylesheet or script',
      input: Type.Object({
        path: Type.String({ maxLength: 2048, description: 'Decoded, starts with a slash; the root of the component is "/"' }),
        query: Type.Optional(Type.Record(Type.String(), Type.String())),
        acceptLanguage: Type.Optional(Type.String({ maxLength: 512 })),
      }),
      output: Type.Object({
        status: Type.Integer({ minimum: 200, maximum: 599 }),
        type: Type.String({ pattern: '^[a-z]+/[a-z0-9.+-]+$', description: 'The media type; text is UTF-8' }),
        body: Type.String(),
        language: Type.Optional(Type.String({ maxLength: 35, description: 'Given where the body depends on the language asked for' })),
        maxAge: Type.Optional(Type.Integer({ minimum: 0, description: 'Seconds it stays fresh without asking again; 0 by default' })),
      }),
      idempotent: true,
      public: true,
    },
  },
})
