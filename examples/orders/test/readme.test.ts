import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { copyAssembly, up } from './running-assembly.ts'

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
