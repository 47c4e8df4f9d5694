export { isolations } from './isolations.ts'
export { SpareThread } from './spare-thread.ts'
