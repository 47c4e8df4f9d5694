import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { startNatsServer } from './server.ts'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, token: { type: 'string' }, folder: { type: 'string' } },
})
const { token, folder } = values
const server = await startNatsServer({
  port: Number(values.port),
  ...(token !== undefined && { token }),
  ...(folder !== undefined && { connectionFolder: folder }),
})
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`)
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
await server.close()
