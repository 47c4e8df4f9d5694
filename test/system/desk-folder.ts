import { PluginStore } from '@caruso/manager'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const repository = join(import.meta.dirname, '../..')

/** The folder of an assembly that runs a desk: a plugin that can be made to wait at each step of its life. */
export class DeskFolder implements AsyncDisposable {
  readonly path: string
  /** Where an isolated desk may write. */
  readonly #data: string

  private constructor(path: string) {
    this.path = path
    this.#data = join(path, '.caruso/data/desk')
  }

  /** @param components the lines below `components:`; a desk that is isolated as `inline` or `process` where it is one of these words */
  static async create(components: string, nats?: string): Promise<DeskFolder> {
    const desks = new DeskFolder(await realpath(await mkdtemp(join(tmpdir(), 'caruso-system-'))))
    await symlink(join(repository, 'node_modules'), join(desks.path, 'node_modules'))
    await mkdir(desks.#data, { recursive: true })
    const lines = components === 'inline' || components === 'process' ? desks.component('desk', '*', components) : components
    await desks.declare([lines], nats)
    return desks
  }

  /** A desk as a component of the assembly file. */
  component(name: string, range: string, isolation: 'inline' | 'process'): string {
    const data = join(this.path, '.caruso/data', name)
    mkdirSync(data, { recursive: true })
    return `  ${name}: { plugin: desk, version: '${range}', isolation: ${isolation}, config: { folder: '${data}' } }`
  }

  async declare(lines: readonly string[], nats?: string): Promise<void> {
    await writeFile(join(this.path, 'assembly.yaml'), `assembly: desks\ncomponents:\n${lines.join('\n')}\n${nats === undefined ? '' : `nats: { url: '${nats}' }\n`}`)
  }

  /** Takes in a version of the desk. */
  async add(version: string, trait: string): Promise<void> {
    const source = join(this.path, 'sources', version)
    await mkdir(source, { recursive: true })
    await copyFile(join(repository, 'packages/manager/test/fixtures/desk.ts'), join(source, 'index.ts'))
    await writeFile(join(source, 'package.json'), JSON.stringify({ name: 'desk', version, type: 'module', exports: './index.ts', desk: trait }))
    await new PluginStore(this.path).add(source, () => undefined)
  }

  hold(version: string, step: string): void {
    writeFileSync(join(this.#data, `hold ${version} ${step}`), '')
  }

  release(version: string, step: string): void {
    rmSync(join(this.#data, `hold ${version} ${step}`))
  }

  /** How often a step was reached. */
  reached(version: string, step: string): number {
    return this.#lines('.caruso/data/desk/steps').filter((line) => line === `${version} ${step}`).length
  }

  /** The ids of what was done, one for each time. */
  ledger(): string[] {
    return this.#lines('.caruso/data/desk/ledger')
  }

  /** The process in which a version was started last. */
  pid(version: string): number {
    return Number(readFileSync(join(this.#data, `pid ${version}`), 'utf8'))
  }

  /** How many entries of the journal of a host are this step. */
  journalled(step: string, host?: string): number {
    return this.#lines(`.caruso/${host === undefined ? '' : `hosts/${host}/`}journal.jsonl`).filter((line) => line.includes(`"step":"${step}"`)).length
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 5 })
  }

  #lines(file: string): string[] {
    const path = join(this.path, file)
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  }
}
