import { codeOf } from '@caruso/contract'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WatchedFolders } from '../src/watched-folders.ts'

// The system watches no more folders than it was told to, for all programs of a user: so it fails for one of these.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const watch = (folder: string, options: object, heard: () => void): unknown => {
    if (folder.endsWith('one-too-many') && fs.existsSync(folder)) throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' })
    return fs.watch(folder, options, heard)
  }
  return { ...fs, watch }
})

test('where the system watches no more, a folder that comes later is told and the rest goes on', async () => {
  const around = await mkdtemp(join(tmpdir(), 'caruso-watched-'))
  onTestFinished(async () => await rm(around, { recursive: true }))
  const [model, late] = [join(around, 'model'), join(around, 'one-too-many')]
  await mkdir(model)
  const missed: string[] = []
  const changed = vi.fn()
  using _watched = new WatchedFolders([model, late], changed, (folder, error) => void missed.push(`${folder}: ${codeOf(error)}`))
  await mkdir(late)
  await vi.waitFor(() => expect(missed).toContain(`${late}: ENOSPC`))
  await vi.waitFor(() => expect(changed).toHaveBeenCalled())
  changed.mockClear()
  await writeFile(join(model, 'one.yaml'), '')
  await vi.waitFor(() => expect(changed).toHaveBeenCalled())
})
