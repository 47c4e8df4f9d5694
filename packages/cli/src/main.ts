import { codeOf, messageOf } from '@caruso/contract'
import { run } from './run.ts'

// Whoever reads has read enough, as `head` does: what runs ends as by a signal, an assembly after what it has accepted.
process.stdout.on('error', (error) => {
  if (codeOf(error) !== 'EPIPE') process.stderr.write(`caruso: ${messageOf(error)}\n`)
  process.kill(process.pid, 'SIGTERM')
})

await run(process.argv.slice(2))
