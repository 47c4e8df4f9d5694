import { Bus } from '@caruso/bus'
import { Host, printStartTree } from '@caruso/kernel'
import { Desk } from '@caruso-examples/order-desk/contract'
import { fileURLToPath } from 'node:url'
const log = { debug() {}, info: console.log, warn: console.log, error: console.log } as any
const bus = new Bus('t', 'h')
const host = new Host({ bus, log })
const e = (n: string) => fileURLToPath(import.meta.resolve(n))
const spec = (component: string, entry: string, isolation: 'inline' | 'process', config = {}, grants: string[] = []) => ({ component, plugin: component, version: '1.0.0', entry, isolation, config, grants })
console.log(printStartTree(await host.startAll([
 spec('storage', e('@caruso/storage'), 'inline', { sources: { legacy: { kind: 'sqlite', file: 'examples/orders/.caruso/data/legacy.sqlite', readonly: true } } }),
 spec('legacy-orders', e('@caruso-examples/legacy-orders'), 'process', {source: 'legacy'}, ['storage.sql']),
 spec('order-desk', e('@caruso-examples/order-desk'), 'inline'),
 spec('gateway', e('@caruso/gateway'), 'inline', { port: 18342 }),
])))
for (const p of ['desk/v1/customer?id=ALFKI','desk/v1/search?text=ålesund&limit=2','desk/v1/order?id=10248','desk/v1/orders?customer=ALFKI&limit=1','desk/v1/topCustomers?limit=3','orders/v1/openOrders?limit=2','desk/v1/customer?id=NO']) { const r = await fetch('http://127.0.0.1:18342/api/'+p); console.log(r.status, p, await r.text()) }
const next = await host.load({...spec('legacy-orders', fileURLToPath(new URL('orders/releases/legacy-orders-1.1.0/src/index.ts', import.meta.url)), 'process', {source: 'legacy'}, ['storage.sql']), version: '1.1.0'})
await next.start(); const old = host.active('legacy-orders')!; await host.switchTo(next, old); console.log(await host.retire(old, 1000))
for (const p of ['desk/v1/order?id=10248','desk/v1/orders?customer=ALFKI&limit=1','orders/v1/openOrders?limit=2']) { const r = await fetch('http://127.0.0.1:18342/api/'+p); console.log(r.status, p, await r.text()) }
console.log(await host.close()); await bus.close()
