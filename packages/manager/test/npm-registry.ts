import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { onTestFinished, vi } from 'vitest'

export interface PublishedPackage {
  readonly manifest: { readonly name: string; readonly version: string }
  readonly tarball: Buffer
}

/** A registry on loopback that has these packages and answers as npm's own does. */
async function startRegistry(packages: readonly PublishedPackage[]): Promise<{ readonly url: string; readonly asked: string[]; [Symbol.asyncDispose](): Promise<void> }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1)
    asked.push(path)
    const tarball = packages.find((known) => tarballPath(known) === path)
    const versions = packages.filter(({ manifest }) => manifest.name === path)
    if (tarball) response.end(tarball.tarball)
    else if (versions.length > 0) response.setHeader('content-type', 'application/json').end(JSON.stringify(packument(path, versions, `http://${request.headers.host}`)))
    else response.writeHead(404).end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the registry has no port')
  return {
    url: `http://127.0.0.1:${address.port}/`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The same as the registry that npm asks until the test is over. @param cache where npm keeps what it has fetched */
export async function askedByNpm(packages: readonly PublishedPackage[], cache: string) {
  const registry = await startRegistry(packages)
  onTestFinished(() => registry[Symbol.asyncDispose]())
  vi.stubEnv('npm_config_registry', registry.url)
  vi.stubEnv('npm_config_cache', cache)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  return registry
}

function tarballPath({ manifest }: PublishedPackage): string {
  return `${manifest.name}/-/${manifest.version}.tgz`
}

function packument(name: string, versions: readonly PublishedPackage[], origin: string): object {
  const entries = versions.map((known) => [
    known.manifest.version,
    { ...known.manifest, dist: { tarball: `${origin}/${tarballPath(known)}`, integrity: `sha512-${createHash('sha512').update(known.tarball).digest('base64')}` } },
  ])
  return { name, 'dist-tags': { latest: versions.at(-1)?.manifest.version }, versions: Object.fromEntries(entries) }
}
