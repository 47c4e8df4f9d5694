/** Writes the surface of every published package, so that a change of it shows in review. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readFiles, root } from '../test/rules/files.ts'
import { surfaceFolder, surfaces } from '../test/rules/surface.ts'

rmSync(join(root, surfaceFolder), { recursive: true, force: true })
mkdirSync(join(root, surfaceFolder))
for (const [path, text] of surfaces(readFiles(root))) writeFileSync(join(root, path), text)
