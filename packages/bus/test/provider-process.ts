import { once } from 'node:events'
import { Bus } from '@caruso/bus'
import { echo, Echo } from './contracts.ts'
import { instanceOf } from './instance.ts'

// One instance of `Echo` in a process of its own: it answers with its process id, and never answers "hang".
const [, , assembly = '', url = '', token = ''] = process.argv
const bus = new Bus(assembly, 'child')
await bus.connect({ url, token })
bus.exchange([instanceOf(bus, Echo, echo(async ({ text }) => (text === 'hang' ? await new Promise(() => undefined) : { text: String(process.pid) })), 'child')], [])
process.stdout.write('ready\n')
await once(process, 'SIGTERM')
await bus.close()
