import { codeOf, messageOf } from '@caruso/contract'
import { CommanderError } from 'commander'
import { exitCode, exitCodeOf } from './exit-code.ts'
import { program } from './program.ts'

/** Runs the command that was typed; a failure is one message and a code that tells scripts what kind it was. */
async function main(): Promise<void> {
  const caruso = program().exitOverride()
  for (const command of caruso.commands) command.exitOverride()
  try {
    await caruso.parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCode.ok : exitCode.usage
    else fail(error, caruso.opts<{ json?: boolean }>().json === true)
  }
}

function fail(error: unknown, json: boolean): void {
  const code = codeOf(error)
  process.stderr.write(`${json ? JSON.stringify({ error: { code: code ?? 'FAILED', message: messageOf(error) } }) : `caruso: ${messageOf(error)}`}\n`)
  process.exitCode = exitCodeOf(code)
}

await main()
