export { status as default } from './status.ts'
