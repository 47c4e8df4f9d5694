import { copyDatabase } from '../src/copy/copy.ts'
import type { SourceConfig } from '../src/config.ts'
import { openSource } from '../src/sources.ts'
import { makeCall } from './call.ts'

// Copies in a process that a test kills: it says each number of rows that are written.
const ends = []
for (const [name, config] of Object.entries(JSON.parse(process.argv[2] ?? '{}') as Record<string, SourceConfig>)) ends.push({ name, config, source: await openSource(name, config, { debug() {}, info() {}, warn() {}, error() {} }) })
const [from, to] = ends
if (from === undefined || to === undefined) throw new TypeError('Copied a database: expected two ends')
await copyDatabase(from, to, makeCall({ deadline: Date.now() + 120_000 }), { step() {}, rows: (count) => process.stdout.write(`${count}\n`) })
process.exit(0)
