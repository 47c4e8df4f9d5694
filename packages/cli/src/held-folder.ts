import { codeOf, messageOf } from '@caruso/contract'
import type { Log } from '@caruso/kernel'
import { exclusively, hostFolder, mainHost } from '@caruso/manager'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join, relative } from 'node:path'
import { CliError } from './errors.ts'

/**
 * Keeps a second host of a name away from an assembly's folder, whose journal only one may write, until what it returns is disposed.
 *
 * It listens on a socket in the folder: the operating system closes that however the process ends, and other containers
 * that share the folder reach it too, while process ids mean nothing there.
 *
 * What a crash left there is taken away by one caller at a time: two would each take away the socket of the other.
 *
 * @throws CliError `USAGE` when another host answers there, or is just starting
 */
export async function holdFolder(folder: string, { name, log, host = mainHost }: { readonly name: string; readonly log: Log; readonly host?: string }): Promise<Server> {
  const socket = join(hostFolder(folder, host), 'host.sock')
  // A socket's path has at most about 100 bytes, and the one from here is the shorter one.
  const path = process.platform === 'win32' ? join('\\\\?\\pipe', socket) : relative(process.cwd(), socket)
  const server = createServer((visitor) => visitor.destroy())
  try {
    await exclusively(join(hostFolder(folder, host), 'starting.lock'), async () => {
      if (await listens(server, path)) return
      if (await answers(path)) throw new CliError('USAGE', `Started assembly "${name}": it runs already in "${folder}"; see it by "caruso ls"`)
      await rm(path, { force: true })
      await listens(server, path)
    })
  } catch (error) {
    if (error instanceof CliError) throw error
    if (codeOf(error) === 'STORE_BUSY') throw new CliError('USAGE', `Started assembly "${name}": another "caruso" is starting it in "${folder}"`, { cause: error })
    log.warn(`Nothing keeps a second host away from "${folder}": ${messageOf(error)}`)
  }
  return server
}

async function listens(server: Server, path: string): Promise<boolean> {
  try {
    server.listen(path)
    await once(server, 'listening')
    return true
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return false
    throw error
  }
}

/** Whether a host is there: a socket may be left from a crash. */
async function answers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path)
    const end = (answered: boolean): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}
