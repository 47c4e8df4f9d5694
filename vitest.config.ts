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
    // Node strips types by WebAssembly, in each thread anew. Once V8 compiles the wrappers of its calls, it may free that of another
    // thread (nodejs/node#64500), and the process ends; without that, wrappers stay as they are.
    execArgv: ['--conditions=source', '--wasm-wrapper-tiering-budget=1000000000'],
    // Read once, when a module that colours is loaded: what tests read has no colours, whatever the machine says of itself.
    env: { NO_COLOR: '1' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
