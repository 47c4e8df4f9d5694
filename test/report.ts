import type { SerializedError } from 'vitest'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import { missingPrograms } from './servers.ts'

/** Closes a test run: what deserves a look, what was skipped and why, and one line that says how it went. */
export default class Report implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state: string): TestCase[] => tests.filter((test) => test.result().state === state)
    const broken = modules.flatMap((module) => [module, ...module.children.allSuites()]).filter((one) => one.errors().length > 0)
    const skipped = inState('skipped').filter((test) => !isBelow(test, broken))
    const lines = [...notices(tests), ...skips(skipped)]
    if (skipped.length > 0 && process.env['CARUSO_TEST_ALL'] === '1') {
      lines.push('CARUSO_TEST_ALL=1 allows no skipped test')
      process.exitCode = 1
    }
    const failed = inState('failed').length + broken.length + unhandled.length
    lines.push(`${inState('passed').length} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
    process.stdout.write(`\n${lines.join('\n')}\n`)
  }
}

/** Tests of a file or group whose set-up failed did not run; that is one failure, and nothing was skipped. */
function isBelow(test: TestCase, broken: readonly (TestModule | TestSuite)[]): boolean {
  const parents = [test.module, ...test.module.children.allSuites()].filter((one) => [...one.children.allTests()].includes(test))
  return parents.some((one) => broken.includes(one))
}

function notices(tests: readonly TestCase[]): string[] {
  return tests.flatMap((test) => test.annotations().filter(({ type }) => type === 'notice').map(({ message }) => `notice: ${message}`))
}

/** One line per reason; a test that names none is put down to what this machine lacks. */
function skips(tests: readonly TestCase[]): string[] {
  const lacking = missingPrograms().join(', ') || 'no reason given'
  const skipped = tests.map((test) => ({ file: test.module.relativeModuleId, reason: noteOf(test) ?? lacking }))
  return [...new Set(skipped.map(({ reason }) => reason))].map((reason) => {
    const files = skipped.filter((one) => one.reason === reason).map(({ file }) => file)
    return `skipped: ${reason}: ${files.length} in ${[...new Set(files)].join(', ')}`
  })
}

function noteOf(test: TestCase): string | undefined {
  const result = test.result()
  return result.state === 'skipped' ? result.note : undefined
}
