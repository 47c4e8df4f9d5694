import { contract, type DeepReadonly, type Static, Type } from '@caruso/contract'

const Id = Type.String({ minLength: 1, maxLength: 40, description: 'As the legacy system writes it, without blanks' })

/** An article. What the legacy system keeps in ways of its own is clean here. */
export const Article = Type.Object({
  id: Id,
  title: Type.String(),
  price: Type.String({ pattern: '^\\d+\\.\\d{2}$', description: 'A decimal with two places' }),
  changed: Type.Union([Type.String({ format: 'date' }), Type.Null()], { description: 'The day, or null where nobody wrote it down' }),
})

export type Article = DeepReadonly<Static<typeof Article>>

/** The articles of the legacy system. Failures: `ARTICLE_UNKNOWN`, and `LEGACY_VALUE` for what cannot be read. */
export const Sample = contract({
  name: 'sample',
  version: '1.0.0',
  operations: {
    search: {
      description: 'Articles whose number or title contains a text',
      input: Type.Object({ text: Type.String({ minLength: 1, maxLength: 100 }), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: '20 unless told' })) }),
      output: Type.Object({ articles: Type.Array(Article) }),
      idempotent: true,
      public: true,
    },
    article: { description: 'One article', input: Type.Object({ id: Id }), output: Article, idempotent: true, public: true },
  },
})
