import { Bus } from '@caruso/bus'
import type { Contract } from '@caruso/contract'
import { readConnectionFile } from '@caruso/nats-server'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { AuthorFolder, usual } from './author-folder.ts'
import { CarusoProcess } from './caruso-up.ts'

const consumer = { component: 'caller', grants: [] }
const told: Contract = { name: 'told', version: '1.0.0', operations: { which: { input: {}, output: {} } }, events: {} }

interface Answer {
  readonly word: string
  readonly asked: number
  readonly pid: number
}

async function opened(components?: string, ...more: string[]): Promise<{ author: AuthorFolder; up: CarusoProcess; ask(): Promise<Answer> }> {
  const author = await AuthorFolder.create(components)
  onTestFinished(async () => await author[Symbol.asyncDispose]())
  const up = new CarusoProcess(author.path, 'up', '--watch', ...more)
  onTestFinished(async () => await up[Symbol.asyncDispose]())
  await up.wrote(more.includes('--json') ? '"event":"ready"' : 'Ready in')
  return { author, up, ask: await reach(author) }
}

async function reach(author: AuthorFolder): Promise<() => Promise<Answer>> {
  const bus = new Bus('author', 'caller')
  await bus.connect(await readConnectionFile(join(author.path, '.caruso')))
  onTestFinished(async () => await bus.close())
  const outlet = bus.outlet(told, consumer)
  return async () => (await outlet.call('which', {}, bus.call({ ...consumer, identity: 'ada', permissions: [], timeout: 20_000 }))) as Answer
}

test('what is saved runs at once, with the state of what ran, no call fails, and nothing is left', { timeout: 120_000 }, async () => {
  const { author, up, ask } = await opened()
  expect(await ask()).toMatchObject({ word: 'first', asked: 1, pid: up.pid })
  let asking = true
  const seen: Answer[] = []
  const asked = (async () => {
    while (asking) seen.push(await ask())
  })()
  await author.save('second')
  await up.wrote('told/src/word.ts: told 1.0.0 is live after ')
  await author.saveByRename('third')
  await expect.poll(async () => (await ask()).word, { timeout: 20_000 }).toBe('third')
  // Many saves in a row: each makes its way or is overtaken, and the last is what runs.
  for (let i = 0; i < 10; i++) await author.save(`draft ${i}`)
  await expect.poll(async () => (await ask()).word, { timeout: 20_000 }).toBe('draft 9')
  asking = false
  await asked
  const last = await ask()
  expect(seen.map(({ asked: count }) => count)).toEqual([...seen.map(({ asked: count }) => count)].toSorted((a, b) => a - b))
  expect(last.asked).toBeGreaterThan(seen.length)
  const { code, output, errors } = await up.stop()
  expect([code, output.trimEnd().endsWith('Stopped'), errors.includes('left behind')]).toEqual([0, true, false])
  expect(output.match(/ is live after /g)?.length).toBeLessThan(12)
  expect(readFileSync(join(author.path, '.caruso/journal.jsonl'), 'utf8')).toBe('')
  expect(existsSync(join(author.path, '.caruso/nats.json'))).toBe(false)
})

test('a broken save is told with its place, what ran goes on, and the next good save takes over', { timeout: 120_000 }, async () => {
  const { author, up, ask } = await opened()
  const broken = async (words: string, rest: string): Promise<void> => {
    await author.save('broken', rest)
    await up.wrote(words)
    expect((await ask()).word).toBe('first')
  }
  const file = join(author.path, 'told/src/word.ts')
  await broken(`(at ${file}:2)`, 'export const = 1\n')
  await broken(`the test fails (at ${file}:3:9)`, usual.replace('undefined', '{\n  throw new Error("the test fails")\n}'))
  await broken('public told 1.0.0: operations.which.output', usual.replace('true', 'false'))
  await broken('must have required properties tables', `import { Type } from '@caruso/contract'\n${usual.replace('{}\n', '{ tables: Type.Integer() }\n')}`)
  await author.write('told/package.json', '{')
  await up.wrote('told/package.json: Read plugin')
  await author.write('told/package.json', JSON.stringify({ name: 'told', version: '1.1.0', type: 'module', exports: './src/index.ts' }))
  await author.save('mended')
  await up.wrote('told 1.1.0 is live')
  await expect.poll(async () => (await ask()).word, { timeout: 20_000 }).toBe('mended')
})

test('each isolation is watched as what it is; what is no source is ignored, and what takes a restart is told', { timeout: 120_000 }, async () => {
  const { author, up } = await opened("  gateway: { plugin: '@caruso/gateway', config: { port: 0 } }\n", '--json')
  for (const file of ['told/test/a.ts', 'told/dist/a.js', 'told/node_modules/a/index.js', 'told/.caruso/a', 'told/src/.word.ts.swp']) await author.write(file, '')
  await author.write('told/src/deep/new.ts', 'export {}\n')
  await up.wrote('"event":"live","component":"told"')
  await author.write('told/src/deep/new.ts', 'export const a = 1\n')
  await up.wrote('told/src/deep/new.ts"],')
  await author.write('assembly.yaml', readFileSync(join(author.path, 'assembly.yaml'), 'utf8').replace('config: { greeting', 'isolation: process, config: { greeting'))
  await up.wrote('{"event":"restart","files":["assembly.yaml"]}')
  const { output } = await up.stop()
  expect(output).not.toMatch(/told\/(test|dist|node_modules|\.caruso)|swp/)
  const again = new CarusoProcess(author.path, 'up', '--watch', '--json')
  onTestFinished(async () => await again[Symbol.asyncDispose]())
  await again.wrote('"event":"ready"')
  await author.save('isolated')
  await again.wrote('"event":"live"')
  const { word, pid } = await (await reach(author))()
  expect([word, pid === again.pid]).toEqual(['isolated', false])
})
