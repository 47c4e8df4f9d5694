import { codeOf, didYouMean, messageOf, type Call } from '@caruso/contract'
import type { Health, Log } from '@caruso/kernel'
import type { SourceConfig } from './config.ts'
import type { SourceStatus } from './contract.ts'
import type { DataSource } from './data-source.ts'
import { StorageError } from './errors.ts'
import { Outbox } from './outbox.ts'
import { SearchReader } from './search-reader.ts'

type Open = (name: string, config: SourceConfig, log: Log) => Promise<DataSource>

// Each brings its driver, which is loaded when a source is of its kind.
const kinds: ReadonlyMap<string, () => Promise<{ readonly openSource: Open }>> = new Map<string, () => Promise<{ readonly openSource: Open }>>([
  ['sqlite', () => import('./dialect/sqlite/data-source.ts')],
  ['pg', () => import('./dialect/pg/data-source.ts')],
  ['mysql', () => import('./dialect/mysql/data-source.ts')],
])

/**
 * Opens a data source of whatever kind its configuration says.
 *
 * @throws StorageError `SOURCE_KIND_UNKNOWN`, `SOURCE_MISCONFIGURED`, `SOURCE_UNAVAILABLE`
 */
export async function openSource(name: string, config: SourceConfig, log: Log): Promise<DataSource> {
  const dialect = await kinds.get(config.kind)?.()
  if (dialect) return dialect.openSource(name, config, log)
  throw new StorageError('SOURCE_KIND_UNKNOWN', `Opened data source "${name}" of kind ${JSON.stringify(config.kind)}: supported are ${[...kinds.keys()].join(', ')}${didYouMean(config.kind, kinds.keys())}`)
}

/** The data sources that are open, by name. */
export class Sources {
  readonly #sources: ReadonlyMap<string, DataSource>
  readonly #outboxes: ReadonlyMap<string, Outbox>

  constructor(sources: readonly DataSource[]) {
    this.#sources = new Map(sources.map((source) => [source.name, source]))
    this.#outboxes = new Map(sources.map((source) => [source.name, new Outbox(source)]))
  }

  /** @throws StorageError `SOURCE_UNKNOWN` */
  get(name: string): DataSource {
    const found = this.#sources.get(name)
    if (found) return found
    const known = [...this.#sources.keys()]
    throw new StorageError('SOURCE_UNKNOWN', `Looked up data source ${JSON.stringify(name)}: there ${known.length === 0 ? 'is none' : `are ${known.join(', ')}`}${didYouMean(name, known)}`)
  }

  /** The durable events of a data source. @throws StorageError `SOURCE_UNKNOWN` */
  outbox(name: string): Outbox {
    return this.#outboxes.get(name) ?? new Outbox(this.get(name))
  }

  /** Asks each database something trivial. */
  async status(): Promise<SourceStatus[]> {
    return Promise.all([...this.#sources.values()].map(statusOf))
  }

  /** Reads into their indexes for searches what was changed since. */
  async readMarks(call: () => Call, isEnded: () => boolean): Promise<void> {
    for (const source of this.#sources.values()) {
      try {
        if (!source.readonly) await new SearchReader(source).read(call, isEnded)
      } catch (error) {
        // The health tells of a database that does not answer; what has a mark is read when it does.
        if (codeOf(error) !== 'SOURCE_UNAVAILABLE' && codeOf(error) !== 'SOURCE_BUSY') throw error
      }
    }
  }

  async health(): Promise<Health> {
    const all = await this.status()
    return { ok: all.every(({ ok }) => ok), detail: all.map(({ name, kind, detail }) => `${name} (${kind}): ${detail ?? 'ok'}`).join(', ') }
  }

  /** Fails with the first data source that does not answer. */
  async check(): Promise<void> {
    for (const source of this.#sources.values()) await source.check()
  }
}

async function statusOf(source: DataSource): Promise<SourceStatus> {
  const { name, kind, readonly } = source
  try {
    await source.check()
    return { name, kind, readonly, ok: true }
  } catch (error) {
    return { name, kind, readonly, ok: false, detail: messageOf(error) }
  }
}
