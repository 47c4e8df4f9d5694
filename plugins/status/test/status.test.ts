import { afterEach, beforeEach, expect, test } from 'vitest'
import { component, ManagerDouble, run } from './running-status.ts'
import type { Running } from './running-status.ts'

let running: Running
beforeEach(async () => {
  running = await run(new ManagerDouble())
})
afterEach(() => running.end())

test('overview tells what runs and what was exchanged, and nothing of the configuration', async () => {
  const status = component('orders', { calls: 5, errors: 1, inFlight: 2, health: { ok: false, detail: 'slow' }, requires: [{ key: 'erp', contract: 'erp@^1.0.0', optional: false }] })
  running.manager.components = [status]
  running.manager.swaps = [{ at: '2026-11-01T10:00:00Z', host: 'main', epoch: 3, component: 'orders', action: 'swap', from: '1.0.0', to: '1.1.0', who: 'kari', why: 'secret reason', outcome: 'done', detail: '', ms: 40 }]
  const overview = await (await fetch(`${running.base}/api/status/v1/overview`)).json()
  expect(overview).toEqual({
    assembly: 'Fjord Energi',
    at: expect.any(String),
    instances: [{ component: 'orders', instance: 'orders-1', version: '1.0.0', state: 'active', health: { ok: false, detail: 'slow' }, isolation: 'inline', started: status.started, inFlight: 2, calls: 5, errors: 1 }],
    swaps: [{ at: '2026-11-01T10:00:00Z', component: 'orders', from: '1.0.0', to: '1.1.0', outcome: 'done' }],
  })
})

test('a change that the service manager tells about is told to whoever watches', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${running.port}/events`)
  const heard: unknown[] = []
  socket.addEventListener('open', () => socket.send('{"subscribe":["status.changed"]}'))
  const told = new Promise<void>((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      heard.push(JSON.parse(String(data)))
      if (heard.length === 2) resolve()
      else running.change('orders', '1.1.0')
    })
  })
  await told
  expect(heard[1]).toEqual({ event: 'status.changed', version: '1.0.0', component: 'status', payload: { component: 'orders', version: '1.1.0', state: 'active' } })
  socket.close()
})

test('the page and its files are served without anything inline that runs', async () => {
  const response = await fetch(`${running.base}/`, { headers: { 'accept-language': 'fr, nn;q=0.8, en;q=0.3' } })
  expect(response.headers.get('content-language')).toBe('nb')
  expect(response.headers.get('vary')).toBe('accept-language')
  const page = await response.text()
  expect(page).toContain('<html lang="nb" dir="ltr">')
  expect(page).not.toMatch(/ style=| on[a-z]+=|\{\{/)
  for (const [file, type] of [['status.css', 'text/css'], ['status.js', 'text/javascript'], ['icon.svg', 'image/svg+xml']]) {
    expect((await fetch(`${running.base}/${file}`)).headers.get('content-type')).toBe(`${type}; charset=utf-8`)
  }
  expect((await fetch(`${running.base}/../i18n/en.json`)).status).toBe(404)
})
