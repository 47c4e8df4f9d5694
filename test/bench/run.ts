import { parseArgs } from 'node:util'
import { reached, type Benchmark, type Figure, type Findings } from './benchmark.ts'
import { calls } from './calls.ts'
import { canary } from './canary.ts'
import { copy } from './copy.ts'
import { dialog } from './dialog.ts'
import { discovery } from './discovery.ts'
import { idle } from './idle.ts'
import { machine } from './machine.ts'
import { neighbours } from './neighbours.ts'
import { search } from './search.ts'
import { start } from './start.ts'
import { storage } from './storage.ts'
import { swap } from './swap.ts'
import { watch } from './watch.ts'
import { wide } from './wide.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = { calls, canary, copy, dialog, discovery, idle, neighbours, search, start, storage, swap, watch, wide }

const help = `npm run -s bench -- ${Object.keys(benchmarks).join('|')}|all [--json|--markdown] [--quick]

Measures this machine. Progress goes to stderr, the figures to stdout.

  --json      one JSON object: the figures by name, details, the machine
  --markdown  the tables of docs/benchmarks.md
  --quick     tiny sizes, to see that it runs; the figures mean nothing

Example: npm run -s bench -- calls --json
`

const { values, positionals } = typed()
const [wanted = ''] = positionals
const chosen = wanted === 'all' ? Object.keys(benchmarks) : Object.keys(benchmarks).filter((name) => name === wanted)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

if (values.help || chosen.length === 0) {
  process[values.help ? 'stdout' : 'stderr'].write(help)
  process.exitCode = values.help ? 0 : 2
} else for (const name of chosen) await run(name)

function typed(): { values: { json: boolean; markdown: boolean; quick: boolean; help: boolean }; positionals: string[] } {
  const option = { type: 'boolean', default: false } as const
  try {
    return parseArgs({ allowPositionals: true, options: { json: option, markdown: option, quick: option, help: option } })
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`)
    process.exit(2)
  }
}

async function run(name: string): Promise<void> {
  const measuredOn = machine()
  const findings = await benchmarks[name]?.({ quick: values.quick, progress: (words) => process.stderr.write(`${name}: ${words}\n`) })
  if (findings === undefined) return
  if (values.json) process.stdout.write(`${JSON.stringify({ bench: name, ...byName(findings.figures), details: findings.details, machine: measuredOn })}\n`)
  else if (values.markdown) process.stdout.write(markdown(name, findings, measuredOn))
  else process.stdout.write(table(name, findings, measuredOn))
}

/** The figures by name; of one that is called `a.b`, `b` within `a`. */
function byName(figures: readonly Figure[]): Record<string, unknown> {
  const named: Record<string, unknown> = {}
  for (const { name, value } of figures) {
    const [outer = name, inner] = name.split('.')
    named[outer] = inner === undefined ? value : { ...(named[outer] as object | undefined), [inner]: value }
  }
  return named
}

function goalOf({ goal }: Figure): string {
  if ('none' in goal) return 'told'
  return 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`
}

function table(name: string, { figures, details }: Findings, measuredOn: object): string {
  const lines = figures.map((figure) => [figure.name, String(figure.value), goalOf(figure), reached(figure) ? '' : 'MISSED', figure.meaning])
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const rows = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  return `${name}\n${rows.join('\n')}\n\ndetails ${JSON.stringify(details, null, 2)}\nmachine ${JSON.stringify(measuredOn)}\n`
}

function markdown(name: string, { figures, details }: Findings, measuredOn: object): string {
  const rows = figures.map((figure) => `| \`${figure.name}\` | ${figure.value} | ${goalOf(figure)} | ${figure.meaning} |`)
  const machineLine = Object.entries(measuredOn).map(([key, value]) => `${key} ${String(value)}`).join(', ')
  return `### ${name}\n\n| figure | measured | goal | what it is |\n|---|---|---|---|\n${rows.join('\n')}\n\n${machineLine}\n\n\`\`\`json\n${JSON.stringify(details, null, 2)}\n\`\`\`\n\n`
}
