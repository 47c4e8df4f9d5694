import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// Node warns on the standard error of each child that is told both to colour and not to.
delete process.env['FORCE_COLOR']

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'plugins/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/{rules,system}/**/*.test.ts'],
    globalSetup: ['test/servers.ts'],
    reporters: ['default', './test/report.ts'],
    pool: 'forks',
    // On two cores vitest would run one file after the other; most of them wait for processes and servers.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Node strips types by WebAssembly, in each thread anew. V8 has ended a test process as it compiled a wrapper of such calls and
    // freed another (`Check failed: jit_page`; nodejs/node#64500 is about the same part); wrappers that stay as they are never get there.
    execArgv: ['--conditions=source', '--wasm-wrapper-tiering-budget=1000000000'],
    // Read once, when a module that colours is loaded: what tests read has no colours, whatever the machine says of itself.
    env: { NO_COLOR: '1' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
