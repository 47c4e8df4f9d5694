import { codeOf } from '@caruso/contract'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WatchedFolder } from '../src/watched-folder.ts'

// The system watches no more folders than it was told to, for all programs of a user: so it fails for one of these.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const watch = (folder: string, heard: () => void): unknown => {
    if (folder.endsWith('one-too-many')) throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached'), { code: 'ENOSPC' })
    return fs.watch(folder, heard)
  }
  return { ...fs, watch }
})

test('what cannot be watched keeps nobody from the saves beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caruso-watched-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  const saved = new Set<string>()
  using _watched = new WatchedFolder(folder, (files) => files.forEach((file) => saved.add(file)), () => undefined)
  await symlink('loop', join(folder, 'loop'))
  // Root may read it all the same.
  await mkdir(join(folder, 'closed'), 0o000)
  await vi.waitFor(() => expect(saved).toContain('loop'))
  await writeFile(join(folder, 'index.ts'), '')
  await vi.waitFor(() => expect(saved).toContain('index.ts'))
})

test('where the system watches no more, what comes later is told and the rest goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caruso-watched-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  const saved = new Set<string>()
  const missed: string[] = []
  using _watched = new WatchedFolder(folder, (files) => files.forEach((file) => saved.add(file)), (path, error) => void missed.push(`${path}: ${codeOf(error)}`))
  await mkdir(join(folder, 'one-too-many'))
  await vi.waitFor(() => expect(missed).toContain(`${join(folder, 'one-too-many')}: ENOSPC`))
  await writeFile(join(folder, 'index.ts'), '')
  await vi.waitFor(() => expect(saved).toContain('index.ts'))
})
