import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { vi } from 'vitest'
import { run } from '../src/run.ts'

const repository = join(import.meta.dirname, '../../..')
const command = join(import.meta.dirname, '../bin/caruso.js')
/** What must never be seen. */
export const secret = 'hunter2-is-secret'

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** The folder of an assembly with a desk and a secret, where commands are typed. */
export class DeskAssembly implements AsyncDisposable {
  readonly folder: string
  /** All that commands wrote. */
  written = ''
  readonly #children = new Set<ChildProcess>()

  private constructor(folder: string) {
    this.folder = folder
  }

  static async create(assembly?: string): Promise<DeskAssembly> {
    const desks = new DeskAssembly(await realpath(await mkdtemp(join(tmpdir(), 'caruso-cli-'))))
    await symlink(join(repository, 'node_modules'), join(desks.folder, 'node_modules'))
    const own = `assembly: desks\ncomponents:\n  desk:\n    plugin: ./desk\n    config: { folder: '${desks.folder}', password: '\${secret:DESK}' }\n`
    await writeFile(join(desks.folder, 'assembly.yaml'), assembly ?? own)
    await mkdir(join(desks.folder, '.caruso/secrets'), { recursive: true })
    await writeFile(join(desks.folder, '.caruso/secrets/DESK'), secret, { mode: 0o600 })
    await desks.version('desk', '1.0.0', 'plain')
    return desks
  }

  /** Puts a version of the desk into a folder. */
  async version(folder: string, version: string, trait = ''): Promise<void> {
    const path = join(this.folder, folder)
    await mkdir(path, { recursive: true })
    await copyFile(join(repository, 'packages/manager/test/fixtures/desk.ts'), join(path, 'index.ts'))
    await writeFile(join(path, 'package.json'), JSON.stringify({ name: 'desk', version, type: 'module', exports: './index.ts', desk: trait }))
  }

  /** What a command does that is typed here, in this process, where it takes a tenth of the time. */
  async typed(...args: string[]): Promise<Ended> {
    const texts = { output: '', errors: '' }
    const spies = [
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => (texts.output += String(text)) !== ''),
      vi.spyOn(process.stderr, 'write').mockImplementation((text) => (texts.errors += String(text)) !== ''),
    ]
    const cwd = process.cwd()
    try {
      process.chdir(this.folder)
      await run(args)
      this.written += texts.output + texts.errors
      return { code: Number(process.exitCode ?? 0), ...texts }
    } finally {
      process.exitCode = undefined
      process.chdir(cwd)
      for (const spy of spies) spy.mockRestore()
    }
  }

  /** Types a command here, and waits for its end. */
  async caruso(...args: string[]): Promise<Ended> {
    return await this.carusoWith('', ...args)
  }

  /** The same with a module that is loaded before. */
  async carusoThrough(module: string, ...args: string[]): Promise<Ended> {
    return await this.#spawn(args, { NODE_OPTIONS: `--import=${pathToFileURL(module).href}` }).ended
  }

  /** The same with something at standard input. */
  async carusoWith(input: string, ...args: string[]): Promise<Ended> {
    const { child, ended } = this.#spawn(args)
    child.stdin?.end(input)
    return await ended
  }

  /** Begins a command, and waits until it has written the words; `end` sends a signal and waits for its end. */
  async begin(words: string, ...args: string[]): Promise<{ readonly ended: Promise<Ended>; end(signal: NodeJS.Signals): Promise<Ended> }> {
    const { child, ended } = this.#spawn(args)
    let seen = ''
    const { promise, resolve } = Promise.withResolvers<void>()
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        seen += text.toString()
        if (seen.includes(words)) resolve()
      })
    }
    const early = ended.then(({ errors }) => {
      if (!seen.includes(words)) throw new Error(`Waited for "caruso ${args.join(' ')}" to write "${words}": it ended: ${errors}`)
    })
    await Promise.race([promise, early])
    return {
      ended,
      end: async (signal) => {
        child.kill(signal)
        return await ended
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #spawn(args: readonly string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [command, ...args], { cwd: this.folder, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    this.#children.add(child)
    const texts = { output: '', errors: '' }
    child.stdout.on('data', (text: Buffer) => (texts.output += text.toString()))
    child.stderr.on('data', (text: Buffer) => (texts.errors += text.toString()))
    const ended = once(child, 'close').then(([code]: (number | null)[]) => {
      this.#children.delete(child)
      this.written += texts.output + texts.errors
      return { code: code ?? null, ...texts }
    })
    return { child, ended }
  }
}
