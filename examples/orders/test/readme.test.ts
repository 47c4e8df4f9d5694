import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { generateDatabase, usualFile } from '../generate.ts'

const example = dirname(import.meta.dirname)
const caruso = join(example, '../../packages/cli/bin/caruso.js')

interface Failed {
  readonly code: number
  readonly stdout: string
}

test('everything in the README happens as the README says', { timeout: 120_000 }, async () => {
  const folder = await copyAssembly()
  const address = await up(folder)
  const readme = readFileSync(join(example, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/```(js|sh|text)\n([^]*?)```/g)].map(([, language = '', text = '']) => ({ language, text }))
  const program = (blocks.find(({ language }) => language === 'js')?.text ?? '').replaceAll('http://127.0.0.1:8080', address)
  const refused: string[] = []
  for (const { language, text } of blocks) {
    if (language === 'text') expect(await output(process.execPath, ['--input-type=module', '--eval', program], folder)).toBe(text)
    if (language === 'sh') for (const line of text.trim().split('\n')) refused.push(...(await runLine(line, folder)))
  }
  for (const place of ['operations.search', 'operations.customer.output.fax', 'operations.order.output.total']) expect(refused.join('\n')).toContain(place)
  expect(blocks.map(({ language }) => language)).toEqual(['js', 'text', 'sh', 'text', 'sh', 'text', 'sh', 'text'])
  for (const [, link = ''] of readme.matchAll(/^- (http:\S+)$/gm)) expect([link, (await fetch(link.replace('http://127.0.0.1:8080', address))).status]).toEqual([link, 200])
})

/** A copy, so that the test leaves alone what runs in the folder itself; inside the repository, so that its packages are found. */
async function copyAssembly(): Promise<string> {
  mkdirSync(join(example, '.caruso'), { recursive: true })
  const folder = mkdtempSync(join(example, '.caruso/test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const part of ['assembly.yaml', 'mapping', 'model', 'releases']) cpSync(join(example, part), join(folder, part), { recursive: true })
  await generateDatabase(join(folder, usualFile))
  return folder
}

/** Runs the assembly until the test ends; resolves to the address of its gateway. */
async function up(folder: string): Promise<string> {
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

/** Runs a line of the README; resolves to what a refused one printed. */
async function runLine(line: string, folder: string): Promise<string[]> {
  const [command = '', comment] = line.split(' # ')
  const args = [caruso, ...command.split(' ').slice(2)]
  if (comment !== 'refused') {
    await output(process.execPath, args, folder)
    return []
  }
  const failed: unknown = await output(process.execPath, args, folder).catch((error: unknown) => error)
  expect(failed).toMatchObject({ code: 4 })
  return [(failed as Failed).stdout]
}

async function output(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { cwd, env: { ...process.env, NO_COLOR: '1' } })
  return stdout
}
