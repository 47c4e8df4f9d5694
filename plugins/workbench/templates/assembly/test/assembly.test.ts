import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type TestContext } from 'node:test'

const assembly = dirname(import.meta.dirname)
const caruso = join(dirname(findPackageJSON('@caruso/cli', import.meta.url) ?? ''), 'bin/caruso.js')

test('it starts, answers at its address, and stops', async (context) => {
  const folder = await copyOf(context)
  const running = spawn(process.execPath, [caruso, 'up', '--json'], { cwd: folder, env: { ...process.env, PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] })
  context.after(() => running.kill('SIGKILL'))
  const exited = once(running, 'exit')
  let address: string | undefined
  for await (const line of createInterface({ input: running.stdout })) {
    address = (JSON.parse(line) as { readonly address?: string }).address
    if (address !== undefined) break
  }
  assert.ok(address, 'it ended before it was ready')
  assert.equal((await fetch(address)).status, 200)
  running.kill('SIGINT')
  assert.deepEqual(await exited, [0, null])
})

/** A copy, so that the test leaves alone what runs in the folder itself; inside it, so that its packages are found. */
async function copyOf(context: TestContext): Promise<string> {
  await mkdir(join(assembly, '.caruso'), { recursive: true })
  const folder = await mkdtemp(join(assembly, '.caruso/test-'))
  context.after(async () => await rm(folder, { recursive: true, force: true }))
  const names = (await readdir(assembly)).filter((name) => !['.caruso', 'data', 'node_modules'].includes(name))
  for (const name of names) await cp(join(assembly, name), join(folder, name), { recursive: true })
  return folder
}
