import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readAssembly } from '../src/assembly.ts'
import { Journal, type JournalEntry } from '../src/journal.ts'
import { versionsInUse } from '../src/versions-in-use.ts'
import { deskFolder } from './desk-folder.ts'

test('what a swap that is under way would make run is in use, until that is over', async () => {
  const desks = await deskFolder()
  onTestFinished(async () => await desks[Symbol.asyncDispose]())
  await desks.add('1.1.0', '')
  const assembly = await readAssembly(desks.folder, { env: {} })
  const journal = await Journal.open(join(desks.folder, '.caruso/journal.jsonl'))
  onTestFinished(async () => await journal.close())
  const write = async (epoch: number, step: JournalEntry['step'], to: string): Promise<void> => await journal.append({ epoch, component: 'desk', step, action: 'swap', from: '1.0.0', to, who: 'ada', why: '', detail: '', ms: 0 })
  const [running, tried] = [{ name: 'desk', version: '1.0.0' }, { name: 'desk', version: '1.1.0' }]
  await write(1, 'install', '1.0.0')
  expect(await versionsInUse(assembly)).toEqual([running])
  await write(2, 'begin', '1.1.0')
  expect(await versionsInUse(assembly)).toEqual([running, tried])
  await write(2, 'discarded', '1.1.0')
  expect(await versionsInUse(assembly)).toEqual([running])
})
