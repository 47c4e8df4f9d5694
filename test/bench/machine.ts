import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'
import { natsServerPath } from './nats.ts'

/** What the figures were measured on. */
export function machine(): Record<string, string | number> {
  const [cpu] = cpus()
  const nats = natsServerPath()
  return {
    cores: cpus().length,
    cpu: cpu?.model.trim() || 'unknown',
    memory_gb: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    load_before: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    node: process.versions.node,
    nats_server: nats === undefined ? 'none' : execFileSync(nats, ['--version'], { encoding: 'utf8' }).trim().replace(/^.*v/, ''),
    moleculer: versionOf('moleculer'),
    moleculer_nats_client: versionOf('nats'),
    nats_client: versionOf('@nats-io/transport-node'),
  }
}

/** The version of a package that is installed at the root. */
export function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version : 'none'
}
