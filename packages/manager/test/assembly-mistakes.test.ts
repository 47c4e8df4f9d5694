import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { readAssembly } from '../src/assembly.ts'
import { AssemblyError } from '../src/errors.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'caruso-assembly-'))
  await mkdir(join(folder, '.caruso', 'secrets'), { recursive: true })
  await writeFile(join(folder, '.caruso', 'secrets', 'OPEN'), 'hunter2')
  await chmod(join(folder, '.caruso', 'secrets', 'OPEN'), 0o644)
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function outcome(content: string | Buffer, env: Record<string, string> = {}): Promise<AssemblyError | undefined> {
  await writeFile(join(folder, 'assembly.yaml'), content)
  return outcomeOf(folder, env)
}

async function outcomeOf(path: string, env: Record<string, string>): Promise<AssemblyError | undefined> {
  try {
    await readAssembly(path, { env })
    return undefined
  } catch (error) {
    if (error instanceof AssemblyError) return error
    throw error
  }
}

async function failure(content: string | Buffer, env: Record<string, string> = {}): Promise<AssemblyError> {
  const error = await outcome(content, env)
  if (!error) throw new Error('expected an AssemblyError, and the file was read')
  return error
}

const lines = (error: AssemblyError | undefined) => error?.message.split('\n').slice(1)
const head = 'assembly: orders\ncomponents:\n'
const component = `${head}  a:\n    plugin: ./a\n`

const kinds: readonly [kind: string, content: string, line: string][] = [
  ['an empty file', '', '1:1 expected a mapping with the keys "assembly" and "components", found an empty file'],
  ['nothing but comments', '# todo\n---\n', '1:1 expected a mapping with the keys "assembly" and "components", found an empty file'],
  ['a list', '- a\n', '1:1 expected a mapping with the keys "assembly" and "components", found a list'],
  ['a missing key', 'assembly: orders\n', '1:1 expected the key "components", found none'],
  ['a missing key of a component', `${head}  a:\n    version: 1.x\n`, '3:3 components.a: expected the key "plugin", found none'],
  ['an unknown key', `${component}nuts: {}\n`, '5:1 nuts: expected one of the keys assembly, components, nats, found "nuts" (did you mean nats?)'],
  ['an unknown key of a component', `${component}    isolaton: inline\n`, '5:5 components.a.isolaton: expected one of the keys plugin, version, isolation, host, permissions, reads, config, found "isolaton" (did you mean isolation?)'],
  ['an unknown key that is near to none', `${component}    zzzzzzz: 1\n`, '5:5 components.a.zzzzzzz: expected one of the keys plugin, version, isolation, host, permissions, reads, config, found "zzzzzzz"'],
  ['an unknown key of nats', `${component}nats: { url: nats://a, token: x }\n`, '5:24 nats.token: expected one of the keys url, tokenFile, found "token"'],
  ['a name that is not allowed', 'assembly: My Orders\ncomponents: {}\n', '1:11 assembly: expected a name of small letters, digits and hyphens that starts with a letter, found "My Orders"'],
  ['a component name that is not allowed', `${head}  A_b: { plugin: ./a }\n`, '3:3 components.A_b: expected a name of small letters, digits and hyphens that starts with a letter, found "A_b"'],
  ['a host whose name is too long', `${component}    host: ${'h'.repeat(33)}\n`, `5:11 components.a.host: expected the name of a host: at most 32 small letters, digits and hyphens, first a letter, found "${'h'.repeat(33)}"`],
  ['a component that is nothing', `${head}  a:\n`, '3:5 components.a: expected a mapping with the key "plugin", found nothing'],
  ['components as a list', 'assembly: orders\ncomponents:\n  - a\n', '3:3 components: expected a mapping of components by name, found a list'],
  ['a plugin that is not allowed', `${head}  a:\n    plugin: /etc/x\n`, '4:13 components.a.plugin: expected the npm name of a plugin, or a folder that starts with ./ or ../, found "/etc/x"'],
  ['a version that is no range', `${component}    version: ^^1\n`, '5:14 components.a.version: expected a semver range, found "^^1" (did you mean "^1.0.0"?)'],
  ['a version that YAML reads as a number', `${component}    version: 1.1\n`, '5:14 components.a.version: expected a semver range, found the number 1.1 (did you mean "^1.1.0"?)'],
  ['an unknown isolation', `${component}    isolation: proces\n`, '5:16 components.a.isolation: expected "inline", "worker" or "process", found "proces" (did you mean process?)'],
  ['permissions that are no list', `${component}    permissions: manage\n`, '5:18 components.a.permissions: expected a list of permissions, found "manage"'],
  ['folders to read that are no list', `${component}    reads: dialogs\n`, '5:12 components.a.reads: expected a list of folders and files, found "dialogs"'],
  ...['.', '..', '../crm', '/etc', '.caruso/secrets', 'dialogs/../../crm', 'dialogs/.hidden', 'dialogs//old', 'dialogs/', 'dialog*', 'C:\\\\crm', ''].map((path): [string, string, string] => [
    `a folder to read "${path}"`,
    `${component}    reads: ["${path}"]\n`,
    `5:13 components.a.reads.0: expected a folder or file in the folder of the assembly, such as "dialogs", without names that start with a dot, found ${JSON.stringify(path.replaceAll('\\\\', '\\'))}`,
  ]),
  ['a permission that is not allowed', `${component}    permissions:\n      - manage\n      - 1\n`, '7:9 components.a.permissions.1: expected a permission such as "storage.sql", found the number 1'],
  ['a config that is no mapping', `${component}    config: [1]\n`, '5:13 components.a.config: expected a mapping, found a list'],
  ['an address that is not one of NATS', `${component}nats: { url: http://x }\n`, '5:14 nats.url: expected the address of a NATS server, such as "nats://nats.example.com:4222", found "http://x"'],
  ['a key given twice', `${head}  a: { plugin: ./a }\n  b: { plugin: ./b }\n  a: { plugin: ./c }\n`, '5:3 components.a: expected every key once, found "a" again, first in line 3'],
  ['a tab', `${head}\ta: 1\n`, '3:1 components: expected spaces for indentation, found a tab'],
  ['an unclosed quote', `${head}  a: "x\n`, '4:1 components.a: expected valid YAML, found a mistake: Missing closing "quote'],
  ['two documents', `${component}---\na: 1\n`, '5:1 components.a.plugin: expected one YAML document, found several'],
  ['a tag', `${component}    config: { a: !secret x }\n`, '5:18 components.a.config.a: expected valid YAML, found a mistake: Unresolved tag: !secret'],
  ['a key __proto__', `${component}    config: { __proto__: { x: 1 } }\n`, '5:15 components.a.config: expected a key that is not reserved, found "__proto__"'],
  ['a key that is no text', `${component}    config: { 404: x }\n`, '5:15 components.a.config: expected a text as key, found the number 404'],
  ['a key that is a list', `${component}    config: { [1]: x }\n`, '5:15 components.a.config: expected a text as key, found a list'],
  ['a number without end', `${component}    config: { a: .inf }\n`, '5:18 components.a.config.a: expected a finite number, found Infinity'],
  ['a number that would lose digits', `${component}    config: { a: 12345678901234567890 }\n`, '5:18 components.a.config.a: expected at most 15 digits, or quotes around a longer number, found 12345678901234567890'],
  ['a date of YAML 1.1', `%YAML 1.1\n---\n${component}    config: { a: 2020-01-01 }\n`, '7:18 components.a.config.a: expected a text, a number or a truth value, found "2020-01-01" with a type of its own'],
  ['an alias without anchor', `${component}    config: { a: *x }\n`, '5:18 components.a.config.a: expected an anchor &x above, found none'],
  ['a missing variable', `${component}    config: { a: "\${env:HOEM}" }\n`, '5:18 components.a.config.a: expected the environment variable HOEM, or a default as in ${env:HOEM:-default}, found none (did you mean HOME?)'],
  ['a missing variable where more is expected', `${component}    version: \${env:UNSET}\n`, '5:14 components.a.version: expected the environment variable UNSET, or a default as in ${env:UNSET:-default}, found none'],
  ['a missing secret', `${component}    config: { a: "\${secret:NONE}" }\n`, '5:18 components.a.config.a: expected the secret NONE in the file .caruso/secrets/NONE or the environment variable CARUSO_SECRET_NONE, found neither'],
  ['a secret that others can read', `${component}    config: { a: "\${secret:OPEN}" }\n`, '5:18 components.a.config.a: expected a file .caruso/secrets/OPEN that only its user can read, found mode 0644 (mend it with: chmod 600 .caruso/secrets/OPEN)'],
  ['a secret where none may stand', `${component}    version: \${secret:S}\n`, '5:14 components.a.version: expected a value without secrets (they may stand in config and nats), found "${secret:S}"'],
  ['a reference that is none', `${component}    config: { a: "\${HOME}" }\n`, '5:18 components.a.config.a: expected ${env:NAME}, ${env:NAME:-default} or ${secret:NAME} ($${ stands for ${ itself), found ${HOME}'],
  ['a reference that climbs out', `${component}    config: { a: "\${secret:../x}" }\n`, '5:18 components.a.config.a: expected ${env:NAME}, ${env:NAME:-default} or ${secret:NAME} ($${ stands for ${ itself), found ${secret:../x}'],
  ['a secret with a default', `${component}    config: { a: "\${secret:X:-y}" }\n`, '5:18 components.a.config.a: expected ${env:NAME}, ${env:NAME:-default} or ${secret:NAME} ($${ stands for ${ itself), found ${secret:X:-y}'],
  ['a reference without end', `${component}    config: { a: "\${env:X" }\n`, '5:18 components.a.config.a: expected ${env:NAME}, ${env:NAME:-default} or ${secret:NAME} ($${ stands for ${ itself), found ${env:X without }'],
]

describe('each kind of mistake gets line, place and expectation:', () => {
  test.each(kinds)('%s', async (_kind, content, line) => {
    expect(lines(await failure(content, { HOME: '/tmp/x', CARUSO_SECRET_S: 'hunter2' }))).toEqual([`assembly.yaml:${line}`])
  })

  test('a missing file', async () => {
    const error = await outcomeOf(join(folder, 'none'), {})
    expect(error?.code).toBe('ASSEMBLY_MISSING')
    expect(lines(error)).toEqual(['assembly.yaml:1:1 expected a file assembly.yaml, found none'])
  })

  test('a folder in place of the file', async () => {
    await mkdir(join(folder, 'odd', 'assembly.yaml'), { recursive: true })
    expect(lines(await outcomeOf(join(folder, 'odd'), {}))).toEqual(['assembly.yaml:1:1 expected a readable file, found a folder'])
  })

  test('a file that is too large', async () => {
    expect(lines(await failure('#'.repeat(1_048_577)))).toEqual(['assembly.yaml:1:1 expected a file of at most 1048576 bytes, found 1048577 bytes'])
  })

  test('bytes that are not UTF-8', async () => {
    expect(lines(await failure(Buffer.concat([Buffer.from('assembly: x\nab'), Buffer.from([0xff, 0xfe])])))).toEqual(['assembly.yaml:2:3 expected text in UTF-8, found other bytes'])
  })

  test('an alias to what holds it', async () => {
    expect(lines(await failure(`${component}    config: &x { a: *x, b: *x }\n`))).toEqual([expect.stringMatching(/^assembly.yaml:5:\d+ components\.a\.config\.a.*: expected at most \d+ (aliases|levels of nesting), found more$/)])
  })

  test('aliases that multiply', async () => {
    const bomb = Array.from({ length: 9 }, (_, level) => `      l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => (level === 0 ? 'x' : `*l${level}`)).join(', ')}]\n`).join('')
    expect(lines(await failure(`${component}    config:\n${bomb}`))).toEqual([expect.stringMatching(/components\.a\.config\.l\d.*: expected at most 100 aliases, found more$/)])
  })

  test('nesting without end', async () => {
    for (const content of ['['.repeat(50_000), '- '.repeat(50_000), `${component}    config: { a: ${'['.repeat(65)}${']'.repeat(65)} }\n`]) {
      expect((await failure(content)).mistakes.length).toBeGreaterThan(0)
    }
  })
})

test('every mistake of a file is told at once, in the order of lines', async () => {
  const error = await failure(`${component}    isolation: x\n    unknown: 1\n    config: { a: "\${env:NONE}" }\n  B: 1\nnats: { url: 1 }\n`)
  expect(error.message).toMatch(/^Read assembly ".*assembly.yaml": 5 mistakes\n/)
  expect(error.mistakes.map(({ line }) => line)).toEqual([5, 6, 7, 8, 9])
  expect(error.details).toEqual(error.mistakes)
})

test('no mistake prints a secret', async () => {
  const error = await failure(`${component}nats: { url: "http://\${secret:S}" }\n`, { CARUSO_SECRET_S: 'hunter2' })
  expect(lines(error)).toEqual([expect.stringContaining('found "http://••••"')])
})

function expectLines(error: AssemblyError | undefined, text: string) {
  const count = text.split('\n').length
  for (const { line, column, expected } of error?.mistakes ?? []) {
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(count)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(expected).not.toBe('')
  }
}

const yamlish = fc.array(fc.constantFrom('assembly: a', 'components:', '  a:', '    plugin: ./a', '    config:', ' ', '\n', '\t', '- ', '{', '}', '[', ']', '"', "'", ': ', '&x ', '*x', '!t ', '${env:A}', '${', '|\n', '>', '#', '__proto__: ', '<<: ', '? ', '---\n', '%YAML 1.1\n', '\u0000', '﻿', '0x1'), { maxLength: 40 }).map((parts) => parts.join(''))

test('text that looks like YAML, and garbage, throw nothing but an AssemblyError that names lines', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(yamlish, fc.string({ unit: 'binary' }), yamlish.map((text) => component + text)), async (text) => expectLines(await outcome(text, { A: '1' }), text)),
    { numRuns: 800 },
  )
})

test('random bytes throw nothing but an AssemblyError', async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => expectLines(await outcome(Buffer.from(bytes), {}), Buffer.from(bytes).toString())), { numRuns: 300 })
})

test('any JSON value is an assembly, or an AssemblyError whose places lead into it', async () => {
  const names = fc.constantFrom('assembly', 'components', 'nats', 'a', 'plugin', 'version', 'config', 'permissions', 'isolation', 'x')
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, fc.constantFrom('orders', './a', '^1.0.0', 'inline', 1, null, true), fc.dictionary(names, tie('tree')), fc.array(tie('tree'), { maxLength: 3 })),
  }))
  await fc.assert(
    fc.asyncProperty(tree, async (value) => {
      const text = stringify(value)
      expectLines(await outcome(text, { A: '1' }), text)
    }),
    { numRuns: 300 },
  )
})
