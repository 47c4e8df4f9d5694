import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { program } from '@caruso/cli'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const example = (name: string): string => read(`docs/operator/examples/${name}`)
const commands = program().commands.map((command) => command.name())

const unit = join(root, 'docs/operator/examples/caruso.service')
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

test.skipIf(!hasSystemd)('the unit holds before systemd', () => {
  const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('caruso.service'))
  expect([status, said]).toEqual([0, []])
})

test('the unit runs a command that exists, and stops it by a signal that it knows', () => {
  const text = example('caruso.service')
  const [, command = ''] = /^ExecStart=.* caruso (\w+)$/m.exec(text) ?? []
  const [, signal = ''] = /^KillSignal=(\w+)$/m.exec(text) ?? []
  expect(commands).toContain(command)
  expect(/stopSignals = \[(.*)\]/.exec(read('packages/cli/src/commands/up.ts'))?.[1]).toContain(`'${signal}'`)
})

test('the container file copies and starts what exists', () => {
  const text = example('Containerfile')
  const copied = [...text.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '))
  const [entry = [], typed = []] = [...text.matchAll(/^(?:ENTRYPOINT|CMD) (\[.*\])$/gm)].map(([, json = '[]']) => JSON.parse(json) as string[])
  const [command = '', folder = ''] = typed
  expect(copied.length).toBeGreaterThan(3)
  expect([...copied, entry.at(-1) ?? '', folder, 'docs/operator/examples/Containerfile'].filter((path) => !existsSync(join(root, path)))).toEqual([])
  expect(commands).toContain(command)
})

test('the alerts ask for metrics that are exported', () => {
  const { groups } = parse(example('alerts.yaml')) as { groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[] }
  const rules = groups.flatMap((group) => group.rules)
  const exported = globSync('{packages/bus/src/metrics,plugins/gateway/src/request-figures}.ts', { cwd: root }).map(read).join('\n')
  const asked = rules.flatMap(({ expr }) => [...expr.matchAll(/\b(?:caruso|process)_\w+/g)].map(([name]) => name))
  expect(asked.length).toBeGreaterThan(5)
  expect(asked.filter((name) => !exported.includes(name))).toEqual([])
})

test('the log that is rotated is the one that is written', () => {
  const [, path = ''] = /^\/srv\/orders\/(\S+) \{$/m.exec(example('logrotate.conf')) ?? []
  expect(read('packages/cli/src/commands/up.ts')).toContain(`'${path.split('/').at(-1)}'`)
})
