export { exitCode } from './exit-code.ts'
export { addShippedCommands } from './plugin-commands.ts'
export { program } from './program.ts'
