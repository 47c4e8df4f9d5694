import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest'
import { InstalledPackages, packagesVariable } from '../bench/installed-packages.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const file = join(root, 'test/bench/run.ts')
const hasNatsServer = inject('natsServer') !== undefined
const packages = new InstalledPackages()

beforeAll(async () => await packages.make(), 120_000)
afterAll(() => packages.remove())

// What the figures are is nobody's business here: a busy machine must not fail a test.
test.skipIf(!hasNatsServer).each([
  ['calls', ['direct_vs_moleculer', 'remote64_vs_moleculer', 'remote256_vs_moleculer', 'single_p50_vs_client', 'embedded_vs_nats_server']],
  ['dialog', ['open', 'answers_per_s', 'p99_ms']],
  ['discovery', ['join_p99_ms', 'leave_p99_ms', 'kill_ms', 'errors']],
  ['canary', ['rollback_ms', 'touched']],
  ['copy', ['rows_per_s', 'differing_cells']],
  ['idle', ['messages_per_host_s']],
  ['neighbours', ['loop_p99_ratio', 'fill_p99_ratio']],
  ['search', []],
  ['start', ['ready_ms', 'rss_inline_mb', 'rss_mb']],
  ['swap', ['failed', 'duplicated', 'p99_ratio', 'memory_growth', 'kb_per_swap']],
  ['watch', ['live_ms']],
  ['wide', ['find_ratio', 'check_ms']],
])('bench %s prints one JSON object with the promised figures', async (name, figures) => {
  const { stdout } = await run(process.execPath, ['--conditions=source', file, name, '--quick', '--json'], { cwd: root, env: { ...process.env, [packagesVariable]: packages.folder }, timeout: 170_000, killSignal: 'SIGTERM' })
  const printed = JSON.parse(stdout) as Readonly<Record<string, unknown>>
  expect(figures.filter((figure) => typeof printed[figure] !== 'number')).toEqual([])
  expect(printed).toMatchObject({ bench: name, details: expect.any(Object), machine: { cores: expect.any(Number), node: process.versions.node } })
}, 180_000)

test('bench storage measures every peer on both databases, and prints the promised figures', async () => {
  const { stdout } = await run(process.execPath, ['--conditions=source', file, 'storage', '--quick', '--json'], { cwd: root, timeout: 170_000, killSignal: 'SIGTERM' })
  const each = (...peers: string[]): object => Object.fromEntries(peers.map((peer) => [peer, expect.any(Number)]))
  const measured = (driver: string): object => {
    const peers = each('caruso', driver, 'knex', 'mikro-orm', 'objection', 'typeorm')
    return { ms: { get: peers, rows: peers, graph: peers, page: peers, commit: peers }, rows_loop_p99_ms: peers, graph_statements: peers, streamed_rows: 20_000 }
  }
  const figures = each('get_vs_knex', 'rows_vs_knex', 'graph_vs_knex', 'commit_vs_knex', 'worst_vs_orms', 'rows_loop_p99_ms', 'stream_heap_mb')
  expect(JSON.parse(stdout)).toMatchObject({ bench: 'storage', sqlite: figures, pg: figures, details: { sqlite: measured('better-sqlite3'), pg: measured('pg') } })
}, 180_000)

test('the PostgreSQL of a benchmark that is told to end leaves neither files nor a process', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'caruso-bench-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  // PostgreSQL's own user has to get through it.
  chmodSync(folder, 0o711)
  const script = `import { startPostgres } from './test/bench/postgres.ts'
    process.once('SIGTERM', () => process.exit(1))
    await startPostgres()
    console.log('started')`
  const bench = spawn(process.execPath, ['--conditions=source', '--input-type=module', '--eval', script], { cwd: root, env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(bench, 'exit')
  expect(String(await once(bench.stdout, 'data'))).toContain('started')
  expect(readdirSync(folder)).toHaveLength(1)
  bench.kill('SIGTERM')
  await ended
  expect(readdirSync(folder)).toEqual([])
  await vi.waitFor(async () => expect((await run('ps', ['-eo', 'args'])).stdout).not.toContain(folder), 5_000)
}, 60_000)

test('bench without a name says which there are, and fails', async () => {
  await expect(run(process.execPath, ['--conditions=source', file], { cwd: root })).rejects.toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('calls|canary|copy|dialog|discovery|idle|neighbours|search|start|storage|swap|watch|wide|all') })
})

test('bench --help shows an example', async () => {
  const { stdout } = await run(process.execPath, ['--conditions=source', file, '--help'], { cwd: root })
  expect(stdout).toContain('Example: npm run')
})
