import { FramePipe } from '@caruso/bus/pipe'
import { Socket } from 'node:net'
import { IsolatedRuntime } from './isolated-runtime.ts'

// A terminal and systemd send their signals to the whole group; the host decides when its processes end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
new IsolatedRuntime(new FramePipe(new Socket({ fd: 3, readable: true, writable: true })))
