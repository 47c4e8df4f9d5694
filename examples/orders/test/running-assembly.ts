import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { generateDatabase, usualFile } from '../generate.ts'

const example = dirname(import.meta.dirname)
const caruso = join(example, '../../packages/cli/bin/caruso.js')

/** A copy, so that the test leaves alone what runs in the folder itself; inside the repository, so that its packages are found. */
export async function copyAssembly(): Promise<string> {
  mkdirSync(join(example, '.caruso'), { recursive: true })
  const folder = mkdtempSync(join(example, '.caruso/test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const part of ['assembly.yaml', 'mapping', 'model', 'releases']) cpSync(join(example, part), join(folder, part), { recursive: true })
  await generateDatabase(join(folder, usualFile))
  return folder
}

/** Runs the assembly until the test ends; resolves to the address of its gateway. */
export async function up(folder: string): Promise<string> {
  const running = spawn(process.execPath, [caruso, 'up', '--json'], { cwd: folder, env: { ...process.env, PORT: '0', LEGACY_DATABASE: '' }, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(running, 'exit')
  onTestFinished(async () => {
    running.kill('SIGINT')
    await exited
  })
  for await (const line of createInterface({ input: running.stdout })) {
    const said: { event?: string; address?: string } = JSON.parse(line)
    if (said.event === 'ready' && said.address !== undefined) return said.address
  }
  throw new Error('Ran the assembly: it ended before it was ready')
}
