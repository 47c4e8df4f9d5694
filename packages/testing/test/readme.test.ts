import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterAll } from 'vitest'

// Beside this file, so that the example finds its imports as a reader's file would; its tests become those of this file
const example = new URL('readme-example.ts', import.meta.url)
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
writeFileSync(example, /```ts\n(.*?)```/s.exec(readme)?.[1] ?? '')
afterAll(() => rmSync(example, { force: true }))

await import(example.href)
