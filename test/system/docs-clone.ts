import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { codeOf } from '@caruso/contract'
import { freePort } from '../free-port.ts'
import { difference, type Block, type Command } from './docs-blocks.ts'

const root = join(import.meta.dirname, '../..')
/** What a guide starts and leaves running. */
const longRunning = /^((npx )?caruso (up|host)|npm start)\b/m
/** What a reader does once, and this machine has done. */
const doneBefore = /^npm install( && )?/m
const usualPort = '8080'
const readyWithin = 60_000
const stopWithin = 15_000
const ownOfAssemblies: ReadonlySet<string> = new Set(['.caruso', 'assembly.lock', 'node_modules'])

interface Running {
  readonly child: ChildProcess
  /** Resolves to true when nobody is left who could write to its output: its shell ends before what that started. */
  readonly silent: Promise<boolean>
  output: string
}

/** A fresh copy of the repository in which a guide is followed word by word; nothing in it touches the original. */
export class DocsClone {
  readonly folder: string
  readonly #port: string
  readonly #npx: string
  readonly #running: Running[] = []
  #cwd: string

  private constructor(folder: string, port: number, npx: string) {
    this.folder = folder
    this.#cwd = folder
    this.#port = String(port)
    this.#npx = npx
  }

  /** @param npx what takes the place of `npx `: by default nothing, because it finds the same files and takes a second each time */
  static async open(npx = ''): Promise<DocsClone> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'caruso-docs-')))
    for (const name of ['package.json', 'tsconfig.json', 'examples']) {
      cpSync(join(root, name), join(folder, name), { recursive: true, filter: (path) => !ownOfAssemblies.has(basename(path)) })
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
    return new DocsClone(folder, await freePort(), npx)
  }

  /** Writes a block's file, or runs its commands; throws where they fail or print something else than the guide shows. */
  async follow(step: Block | Command): Promise<void> {
    if (step.file !== undefined) return this.#write(step.file, step.text)
    const commands = this.#ported(step.text.replace(doneBefore, '').replaceAll('npx ', this.#npx))
    const printed = longRunning.test(commands) ? await this.#start(commands) : await this.#run(commands)
    const shown = 'prints' in step ? step.prints : undefined
    const missing = shown === undefined ? undefined : difference(this.#ported(shown), printed)
    if (missing !== undefined) throw new Error(`Line ${step.line} ran\n${step.text}and the guide shows\n${missing}\nbut it printed\n${printed}`)
  }

  /** Runs commands in the folder where the last ones ended; resolves to what they printed. */
  async run(commands: string): Promise<string> {
    return await this.#run(commands)
  }

  /** Ends what was started, as Ctrl+C does, and removes the folder; resolves to what did not end well, in words. */
  async close(): Promise<string[]> {
    const left: string[] = []
    for (const running of this.#running) {
      signal(running.child, 'SIGINT')
      const inTime = await Promise.race([running.silent, setTimeout(stopWithin, false, { ref: false })])
      if (!inTime) signal(running.child, 'SIGKILL')
      if (!inTime || !running.output.trimEnd().endsWith('Stopped')) left.push(`it did not stop: ${running.output.slice(-2_000)}`)
    }
    rmSync(this.folder, { recursive: true, force: true })
    return left
  }

  #write(file: string, content: string): void {
    const path = join(this.#cwd, file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, this.#ported(content))
  }

  async #start(commands: string): Promise<string> {
    const child = spawn('sh', ['-c', `${commands.trimEnd()} 2>&1`], { cwd: this.#cwd, env: this.#environment(), detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
    const running: Running = { child, output: '', silent: new Promise((resolve) => child.once('close', () => resolve(true))) }
    this.#running.push(running)
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      running.output += piece
    })
    const until = Date.now() + readyWithin
    while (!running.output.includes('Ctrl+C stops')) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`Started "${commands.trim()}": it is not ready: ${running.output}`)
      await setTimeout(50)
    }
    return running.output
  }

  async #run(commands: string): Promise<string> {
    const place = join(this.folder, '.cwd')
    // A guide that shows an exit code means the command to fail; all others have to succeed.
    const strict = commands.includes('$?') ? '' : 'set -e\n'
    const child = spawn('sh', ['-c', `exec 2>&1\n${strict}${commands}pwd > '${place}'`], { cwd: this.#cwd, env: this.#environment(), stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = ended(child)
    const printed = await text(child.stdout)
    const code = await exited
    if (code !== 0) throw new Error(`Ran ${JSON.stringify(commands)}: exit code ${code}: ${printed}`)
    if (existsSync(place)) this.#cwd = readFileSync(place, 'utf8').trim()
    return printed
  }

  #ported(commands: string): string {
    return commands.replaceAll(usualPort, this.#port)
  }

  /** Without what npm and vitest tell their children about this repository. */
  #environment(): NodeJS.ProcessEnv {
    const told = /^(npm_(lifecycle|package|config_local_prefix|command|execpath)|NODE_OPTIONS|NODE_ENV|NODE_PATH|INIT_CWD|VITEST|LEGACY_DATABASE|FORCE_COLOR)/
    const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name)))
    return { ...kept, PATH: `${join(this.folder, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`, PORT: this.#port, npm_config_loglevel: 'error', npm_config_update_notifier: 'false' }
  }
}

function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode)
  return new Promise((resolve) => child.once('exit', (code, by) => resolve(code ?? by)))
}

/** To the whole group, as a terminal does; a group that has ended already needs none. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}
