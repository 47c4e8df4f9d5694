import { codeOf, messageOf } from '@caruso/contract'
import { run } from './run.ts'

// Whoever reads has read enough, as `head` does: what runs ends as by a signal, an assembly after what it has accepted.
process.stdout.on('error', (error) => {
  if (codeOf(error) !== 'EPIPE') process.stderr.write(`caruso: ${messageOf(error)}\n`)
  process.kill(process.pid, 'SIGTERM')
})

// Whoever read of failures is gone, which is no failure: a host goes on, and a command ends with its own exit code.
process.stderr.on('error', () => undefined)

await run(process.argv.slice(2))
