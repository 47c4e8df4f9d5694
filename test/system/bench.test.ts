import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const file = join(root, 'test/bench/run.ts')
const hasNatsServer = inject('natsServer') !== undefined

// What the figures are is nobody's business here: a busy machine must not fail a test.
test.skipIf(!hasNatsServer).each([
  ['calls', ['direct_vs_moleculer', 'remote64_vs_moleculer', 'remote256_vs_moleculer', 'single_p50_vs_client', 'embedded_vs_nats_server']],
  ['discovery', ['join_p99_ms', 'leave_p99_ms', 'kill_ms', 'errors']],
  ['canary', ['rollback_ms', 'touched']],
  ['idle', ['messages_per_host_s']],
  ['neighbours', ['loop_p99_ratio', 'fill_p99_ratio']],
  ['start', ['ready_ms', 'rss_inline_mb', 'rss_mb']],
  ['swap', ['failed', 'duplicated', 'p99_ratio', 'memory_growth', 'kb_per_swap']],
  ['watch', ['live_ms']],
])('bench %s prints one JSON object with the promised figures', async (name, figures) => {
  const { stdout } = await run(process.execPath, ['--conditions=source', file, name, '--quick', '--json'], { cwd: root, timeout: 170_000, killSignal: 'SIGTERM' })
  const printed = JSON.parse(stdout) as Readonly<Record<string, unknown>>
  expect(figures.filter((figure) => typeof printed[figure] !== 'number')).toEqual([])
  expect(printed).toMatchObject({ bench: name, details: expect.any(Object), machine: { cores: expect.any(Number), node: process.versions.node } })
}, 180_000)

test('bench storage measures every peer on both databases', async () => {
  const { stdout } = await run(process.execPath, ['--conditions=source', file, 'storage', '--quick', '--json'], { cwd: root, timeout: 170_000, killSignal: 'SIGTERM' })
  const each = (...peers: string[]): object => Object.fromEntries(peers.map((peer) => [peer, expect.any(Number)]))
  const measured = (driver: string): object => {
    const peers = each(driver, 'knex', 'mikro-orm', 'objection', 'typeorm')
    return { ms: { get: peers, rows: peers, graph: peers, page: peers, commit: peers }, rows_loop_p99_ms: peers, graph_statements: peers }
  }
  expect(JSON.parse(stdout)).toMatchObject({ bench: 'storage', details: { sqlite: measured('better-sqlite3'), pg: measured('pg') } })
}, 180_000)

test('bench without a name says which there are, and fails', async () => {
  await expect(run(process.execPath, ['--conditions=source', file], { cwd: root })).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('calls|canary|discovery|idle|neighbours|start|storage|swap|watch|all') })
})

test('bench --help shows an example', async () => {
  const { stdout } = await run(process.execPath, ['--conditions=source', file, '--help'], { cwd: root })
  expect(stdout).toContain('Example: npm run')
})
