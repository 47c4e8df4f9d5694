import { codeOf, messageOf } from '@caruso/contract'
import { CommanderError } from 'commander'
import { exitCode, exitCodeOf } from './exit-code.ts'
import { addPluginCommands } from './plugin-commands.ts'
import { isJson, program } from './program.ts'
import { terminal } from './terminal.ts'

/** Runs a command as it was typed; a failure is one message and an exit code of this process that tells scripts what kind it was. */
export async function run(typed: readonly string[]): Promise<void> {
  const caruso = program().exitOverride()
  for (const command of caruso.commands) command.exitOverride()
  try {
    for (const problem of await addPluginCommands(caruso, typed)) terminal(isJson(caruso)).progress(problem)
    await caruso.parseAsync(typed, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage
    else fail(error, isJson(caruso))
  }
}

function fail(error: unknown, json: boolean): void {
  const code = codeOf(error)
  process.stderr.write(`${json ? JSON.stringify({ error: { code: code ?? 'FAILED', message: messageOf(error) } }) : `caruso: ${messageOf(error)}`}\n`)
  process.exitCode = exitCodeOf(code)
}
