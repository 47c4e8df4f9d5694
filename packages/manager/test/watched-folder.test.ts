import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WatchedFolder } from '../src/watched-folder.ts'

test('what cannot be watched keeps nobody from the saves beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'caruso-watched-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  const saved = new Set<string>()
  using _watched = new WatchedFolder(folder, (files) => files.forEach((file) => saved.add(file)))
  await symlink('loop', join(folder, 'loop'))
  // Root may read it all the same.
  await mkdir(join(folder, 'closed'), 0o000)
  await vi.waitFor(() => expect(saved).toContain('loop'))
  await writeFile(join(folder, 'index.ts'), '')
  await vi.waitFor(() => expect(saved).toContain('index.ts'))
})
