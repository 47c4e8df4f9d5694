import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { caruso, temporaryFolder } from '../../../test/command.ts'
import { makeLedger } from './ledger.ts'

test('the commands of the README back up and restore', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, block = ''] = /```sh\n([^]*?)```/.exec(readme) ?? []
  const folder = temporaryFolder()
  makeLedger(join(folder, 'books'), { books: false })
  for (const line of block.trim().split('\n')) {
    const made = line.includes('…') ? join('../backups', readdirSync(join(folder, 'backups'))[0] ?? '') : ''
    expect([line, await caruso(join(folder, 'books'), ...line.replace(/\S*…\S*/, made).split(' ').slice(1))]).toEqual([line, expect.objectContaining({ code: 0 })])
  }
  expect(readdirSync(join(folder, 'restored')).toSorted()).toEqual(['assembly.yaml', 'ledger', 'model', 'releases'])
})
