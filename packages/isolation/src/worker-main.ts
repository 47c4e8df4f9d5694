import { PortPipe } from '@caruso/bus/pipe'
import { type MessagePort, workerData } from 'node:worker_threads'
import { IsolatedRuntime } from './isolated-runtime.ts'

new IsolatedRuntime(new PortPipe(workerData as MessagePort))
