import { Type } from '@caruso/contract'
import { definePlugin } from '@caruso/kernel'
import { Sample } from './contract.ts'

export default definePlugin({
  name: 'sample',
  config: Type.Object({ greeting: Type.String({ default: 'Hello', minLength: 1, description: 'What comes before the name' }) }),
  provides: { sampleKey: Sample },
  start({ config, scope }) {
    return {
      sampleKey: {
        greet: ({ name }, call) => {
          scope.emit(Sample, 'greeted', { name }, call)
          return { text: `${config.greeting}, ${name}` }
        },
      },
    }
  },
})
