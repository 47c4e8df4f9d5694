export { exitCode } from './exit-code.ts'
export { program } from './program.ts'
