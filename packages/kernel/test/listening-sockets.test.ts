import { definePlugin, type Instance, type LoadedPlugin } from '@caruso/kernel'
import { Agent, createServer, get, type IncomingMessage, type Server } from 'node:http'
import { connect } from 'node:net'
import { once } from 'node:events'
import { Type } from '@caruso/contract'
import { expect, test } from 'vitest'
import { openHost, spec, type TestHost } from '../../../test/hosts.ts'

/** Serves its version over HTTP; when it ends it tells clients to connect anew and answers all it has accepted. */
function web(version: string, told: (port: number) => void): LoadedPlugin {
  return definePlugin({
    name: 'web',
    config: Type.Object({}),
    start({ scope }) {
      let open = 0
      let allClosed: () => void = () => undefined
      let ending = false
      const server: Server = createServer((_request, response) => {
        if (ending) response.setHeader('connection', 'close')
        response.end(version)
      })
      server.on('connection', (socket) => {
        open++
        socket.once('close', () => {
          if (--open === 0) allClosed()
        })
      })
      scope.own(server, async () => {
        ending = true
        if (open > 0) await new Promise<void>((resolve) => (allClosed = resolve))
      })
      scope.whenActive(async () => told(await scope.listen(server, { port: 0, host: '127.0.0.1' })))
      return {}
    },
  })
}

async function load(host: TestHost['host'], version: string, told: (port: number) => void = () => undefined): Promise<Instance> {
  const instance = await host.load(spec('web', web(version, told), { version }))
  await instance.start()
  return instance
}

async function ask(port: number, agent: Agent): Promise<string> {
  const [response] = (await once(get({ port, host: '127.0.0.1', agent }), 'response')) as [IncomingMessage]
  let body = ''
  for await (const chunk of response) body += String(chunk)
  return body
}

test('a server is swapped under keep-alive requests and none fails', { timeout: 60_000 }, async () => {
  const { host } = openHost()
  let port = 0
  let active = await load(host, '1.0.0', (at) => (port = at))
  await host.switchTo(active)
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const answers = new Set<string>()
  let asking = true
  const clients = [1, 2, 3, 4].map(async () => {
    while (asking) answers.add(await ask(port, agent))
  })
  const versions = ['1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0']
  for (const version of versions) {
    const next = await load(host, version)
    await host.switchTo(next, { previous: active })
    expect(await host.retire(active, 10_000)).toEqual([])
    await expect.poll(() => answers.has(version)).toBe(true)
    active = next
  }
  asking = false
  await Promise.all(clients)
  agent.destroy()
  expect([...answers]).toEqual(expect.arrayContaining(versions))
})

test('connections made while nobody serves the port wait for the next instance', { timeout: 60_000 }, async () => {
  const { host } = openHost()
  let port = 0
  const first = await load(host, '1.0.0', (at) => (port = at))
  await host.switchTo(first)
  const second = await load(host, '1.1.0')
  const agent = new Agent()
  await first.deactivate()
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const answer = ask(port, agent)
  await second.activate()
  expect(await answer).toBe('1.1.0')
  socket.destroy()
  agent.destroy()
  await second.dispose()
})

test('a port that is taken fails the activation with what was found', async () => {
  const { host } = openHost()
  const taken = createServer()
  taken.listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const web = definePlugin({ name: 'web', config: Type.Object({}), start: ({ scope }) => (scope.whenActive(async () => void (await scope.listen(createServer(), { port, host: '127.0.0.1' }))), {}) })
  await expect(host.startAll([spec('web', web)])).rejects.toThrow('EADDRINUSE')
  taken.close()
  await once(taken, 'close')
})

test('closing the host closes its ports', async () => {
  const { host } = openHost()
  let port = 0
  await host.switchTo(await load(host, '1.0.0', (at) => (port = at)))
  await host.close()
  const [error] = (await once(connect(port, '127.0.0.1').on('error', () => undefined), 'error')) as [Error]
  expect(error.message).toContain('ECONNREFUSED')
})
