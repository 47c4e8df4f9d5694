import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '..')
const command = join(root, 'packages/cli/bin/caruso.js')

/** How a command ended, and what it wrote. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** What `caruso` does that is typed in a folder. */
export async function caruso(folder: string, ...args: string[]): Promise<Ended> {
  return await run(folder, process.execPath, command, ...args)
}

/** Runs a program in a folder, without what npm and vitest tell their children, and with the Node of this repository first. */
export async function run(folder: string, program: string, ...args: string[]): Promise<Ended> {
  return await begin(folder, program, ...args).ended
}

/** Begins `caruso`; it is killed when the test ends, if it has not ended. */
export function carusoBegun(folder: string, ...args: string[]): Begun {
  const begun = begin(folder, process.execPath, command, ...args)
  onTestFinished(async () => {
    begun.kill('SIGKILL')
    await begun.ended
  })
  return begun
}

/** Begins `caruso`, and waits until it has written the words. */
export async function carusoUntil(words: string, folder: string, ...args: string[]): Promise<Begun> {
  const begun = carusoBegun(folder, ...args)
  const { promise, resolve } = Promise.withResolvers<void>()
  begun.heard((text) => text.includes(words) && resolve())
  const early = begun.ended.then(({ output, errors }) => {
    if (!(output + errors).includes(words)) throw new Error(`Waited for "caruso ${args.join(' ')}" to write "${words}": it ended: ${output}${errors}`)
  })
  await Promise.race([promise, early])
  return begun
}

/** A program that runs. */
export interface Begun {
  readonly ended: Promise<Ended>
  kill(signal: NodeJS.Signals): void
  /** Hears all that was written so far, whenever there is more. */
  heard(listener: (text: string) => void): void
}

function begin(folder: string, program: string, ...args: string[]): Begun {
  const told = /^(npm_(lifecycle|package|config_local_prefix|command|execpath)|NODE_|INIT_CWD|VITEST)/
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !told.test(name))), PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH']}`, PORT: '0' }
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env })
  const texts = { output: '', errors: '' }
  const listeners: ((text: string) => void)[] = []
  const tell = (): void => listeners.forEach((listener) => listener(texts.output + texts.errors))
  child.stdout.on('data', (text: Buffer) => {
    texts.output += text.toString()
    tell()
  })
  child.stderr.on('data', (text: Buffer) => {
    texts.errors += text.toString()
    tell()
  })
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, ...texts }))
  return { ended, kill: (signal) => child.kill(signal), heard: (listener) => listeners.push(listener) }
}

/** A folder inside the repository, so that its packages are found, which is gone when the test ends. */
export function temporaryFolder(): string {
  const parent = join(root, 'test/.caruso')
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
