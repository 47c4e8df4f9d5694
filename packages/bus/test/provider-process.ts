import { once } from 'node:events'
import { Bus } from '@caruso/bus'
import { echo, Echo, Ticks, ticks } from './contracts.ts'
import { instanceOf } from './instance.ts'

// One instance of `Ticks`, or of `Echo`, which answers with its process id and never answers "hang", in a process of its own.
const [, , assembly = '', url = '', token = '', serves] = process.argv
const bus = new Bus(assembly, 'child')
await bus.connect({ url, token })
const echoing = echo(async ({ text }) => (text === 'hang' ? await new Promise(() => undefined) : { text: String(process.pid) }))
bus.exchange([serves === 'ticks' ? instanceOf(bus, Ticks, ticks(), 'child') : instanceOf(bus, Echo, echoing, 'child')], [])
process.stdout.write('ready\n')
await once(process, 'SIGTERM')
await bus.close()
