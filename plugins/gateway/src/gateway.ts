import { readFile } from 'node:fs/promises'
import { definePlugin, everyPublic } from '@caruso/kernel'
import type { PublicServices } from '@caruso/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { serveApi } from './api.ts'
import { Config, requireSafe } from './config.ts'
import { DocsPage } from './docs-page.ts'
import { Drain } from './drain.ts'
import { EventFeed } from './event-feed.ts'
import type { ClientSocket } from './event-feed.ts'
import { chooseLanguage } from './language.ts'
import { Offer } from './offer.ts'
import { servePages } from './pages.ts'
import { RequestFigures } from './request-figures.ts'
import { loadTexts } from './texts.ts'
import { requireOwnOrigin, webServer } from './web-server.ts'

/** Milliseconds between two questions to a WebSocket client whether it is still there. */
const pingEvery = 15_000

/** The way in from outside: public operations as REST, public events over WebSocket, pages, metrics and health. */
export const gateway = definePlugin({
  name: 'gateway',
  config: Config,
  requires: { services: everyPublic },
  async start({ config, services, scope, log }) {
    requireSafe(config)
    const app = await webServer(config.rateLimit, log)
    const offer = new Offer(services)
    const feed = new EventFeed()
    const figures = new RequestFigures()
    const drain = new Drain(app.server)
    scope.own(app, async () => {
      feed.close()
      await drain.end()
      await app.close()
    })

    observe(app, drain, figures)
    serveApi(app, { services, scope, log, offer, figures })
    serveEvents(app, feed)
    serveHealth(app, drain, services)
    app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(services.metrics() + figures.text(feed.size)))
    await serveDocs(app, offer)
    servePages(app, config.pages, services, scope)
    await app.ready()

    services.onEvent((event) => feed.tell(event))
    let address = ''
    scope.whenActive(async (active) => {
      active.every(pingEvery, () => feed.ping())
      const port = await scope.listen(app.server, { port: config.port, host: config.host })
      address = `http://${config.host}:${port}`
      log.info({ port, host: config.host }, 'The gateway listens')
    })
    scope.health(() => ({ ok: true, ...(address === '' ? {} : { detail: address }) }))
    return {}
  },
})

function observe(app: FastifyInstance, drain: Drain, figures: RequestFigures): void {
  app.addHook('onSend', async (_request, reply) => {
    if (drain.ending) void reply.header('connection', 'close')
  })
  app.addHook('onResponse', async (request, reply) => figures.count(request, reply))
}

function serveEvents(app: FastifyInstance, feed: EventFeed): void {
  app.get('/events', { websocket: true, preValidation: async (request) => requireOwnOrigin(request) }, (socket: ClientSocket) => feed.add(socket))
}

function serveHealth(app: FastifyInstance, drain: Drain, services: PublicServices): void {
  app.get('/health', async (_request, reply) => {
    const ok = !drain.ending
    return reply.code(ok ? 200 : 503).header('cache-control', 'no-store').send({ status: ok ? 'ok' : 'ending', services: services.list().length })
  })
}

type DocsRequest = FastifyRequest<{ Querystring: Readonly<Record<string, unknown>> }>

async function serveDocs(app: FastifyInstance, offer: Offer): Promise<void> {
  const texts = await loadTexts(new URL('../i18n/', import.meta.url))
  const pages = new Map([...texts.keys()].map((language) => [language, new DocsPage(texts, language)]))
  app.get('/openapi.json', async (_request, reply) => reply.header('cache-control', 'no-cache').send(offer.document))
  app.get('/docs', async (request: DocsRequest, reply) => {
    const { lang } = request.query
    const language = chooseLanguage(new Set(pages.keys()), typeof lang === 'string' ? lang : undefined, request.headers['accept-language'])
    return reply.header('content-language', language).header('vary', 'accept-language').type('text/html; charset=utf-8').send(pages.get(language)?.html(offer.table.routes))
  })
  for (const [name, type] of [['docs.css', 'text/css; charset=utf-8'], ['icon.svg', 'image/svg+xml']] as const) {
    const content = await readFile(new URL(`../public/${name}`, import.meta.url), 'utf8')
    app.get(`/docs/${name}`, async (_request, reply) => reply.type(type).send(content))
  }
}
