import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Storage } from '@caruso/storage/contract'
import { Sample } from './contract.ts'
import { LegacyArticles } from './legacy-articles.ts'

const usualLimit = 20

export default definePlugin({
  name: 'sample',
  config: Type.Object({ source: Type.String({ default: 'legacy', description: 'The data source of the storage that holds the legacy tables' }) }),
  provides: { sampleKey: Sample },
  requires: { storage: Storage },
  start({ config, scope, storage }) {
    const articles = new LegacyArticles(storage, config.source)
    scope.selfTest((call) => articles.check(call))
    return {
      sampleKey: {
        search: async ({ text, limit = usualLimit }, call) => ({ articles: await articles.search(text, limit, call) }),
        article: ({ id }, call) => articles.get(id, call),
      },
    }
  },
})
