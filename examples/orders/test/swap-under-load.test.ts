import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { caruso } from '../../../test/command.ts'
import { copyAssembly, up } from './running-assembly.ts'

const plugins = join(import.meta.dirname, '../../../plugins')
const questions = ['order?id=10248', 'orders?customer=ALFKI', 'customer?id=ALFKI', 'search?text=kiosk', 'topCustomers?limit=3']

test('storage and modeler are exchanged while people ask the desk, and nobody notices', { timeout: 180_000 }, async () => {
  const folder = await copyAssembly()
  const address = await up(folder)
  for (const name of ['modeler', 'storage']) await addRelease(folder, name)
  const first = await Promise.all(questions.map((question) => asked(address, question)))
  const ended = new AbortController()
  const failures: string[] = []
  const asking = questions.map(async (question, index) => {
    let count = 0
    for (; !ended.signal.aborted; count++) {
      const answer = await asked(address, question).catch(String)
      if (answer !== first[index]) failures.push(`${question}: ${answer.slice(0, 300)}`)
      await sleep(5)
    }
    return count
  })
  try {
    for (const swap of [['swap', 'modeler', '0.1.1'], ['swap', 'storage', '0.1.1'], ['rollback', 'modeler']]) expect(await caruso(folder, ...swap, '--why', 'a load test')).toMatchObject({ code: 0, errors: expect.not.stringContaining('warning') })
  } finally {
    ended.abort()
  }
  expect(Math.min(...(await Promise.all(asking)))).toBeGreaterThan(5)
  expect(failures).toEqual([])
  const { output } = await caruso(folder, 'ls')
  expect(output).toMatch(/\nmodeler +0\.1\.0 /)
  expect(output).toMatch(/\nstorage +0\.1\.1 /)
})

async function asked(address: string, question: string): Promise<string> {
  const response = await fetch(`${address}/api/desk/v1/${question}`)
  return `${response.status} ${await response.text()}`
}

/** Takes in a plugin of this repository as if somebody had released it once more. */
async function addRelease(folder: string, name: string): Promise<void> {
  const to = join(folder, 'next', name)
  cpSync(join(plugins, name), to, { recursive: true, filter: (path) => !['dist', 'node_modules', 'test'].includes(basename(path)) })
  const manifest = join(to, 'package.json')
  // What it depends on is found in the repository, around the folder of the test, and nothing is asked of a registry.
  const written = JSON.parse(readFileSync(manifest, 'utf8')) as Readonly<Record<string, unknown>>
  writeFileSync(manifest, JSON.stringify({ ...written, version: '0.1.1', dependencies: {}, devDependencies: {} }))
  expect(await caruso(folder, 'add', `./next/${name}`)).toMatchObject({ code: 0 })
}
