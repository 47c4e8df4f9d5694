import { nearest } from '@caruso/contract'
import type { Problem } from './yaml-document.ts'

/** Where references in an assembly file get their values. */
export interface SubstitutionSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The secrets that could be read, and why the others could not, by name. */
  readonly secrets: ReadonlyMap<string, { readonly value: string } | Problem>
}

/** A text with its references replaced; `shown` is what may be printed of it where it holds a secret. */
export interface Substituted {
  readonly value: unknown
  readonly shown?: string
}

export const mask = '••••'

const reference = /\$\$\{|\$\{([^}]*)(\}?)/g
const referenceName = /^(env|secret):([A-Za-z_][A-Za-z0-9_]{0,127})(?::-(.*))?$/s

/** The names of all secrets that a text refers to. */
export function secretNames(text: string): Set<string> {
  return new Set([...text.matchAll(/\$\{secret:([A-Za-z_][A-Za-z0-9_]{0,127})\}/g)].flatMap(([, name]) => name ?? []))
}

/**
 * Replaces `${env:NAME}`, `${env:NAME:-default}` and `${secret:NAME}` in a text; `$${` stands for `${`.
 *
 * An unquoted text that is one `${env:…}` and nothing else means what YAML would read in its place, so that a port can be a number.
 */
export function substitute(text: string, unquoted: boolean, sources: SubstitutionSources): Substituted | Problem {
  let value = ''
  let shown = ''
  let secret = false
  let end = 0
  for (const match of text.matchAll(reference)) {
    const part = match[0] === '$${' ? { value: '${' } : resolve(match[1] ?? '', match[2] === '}', sources)
    if ('expected' in part) return part
    const before = text.slice(end, match.index)
    value += before + part.value
    shown += before + (part.secret ? mask : part.value)
    secret ||= part.secret === true
    end = match.index + match[0].length
  }
  value += text.slice(end)
  shown += text.slice(end)
  if (secret) return { value, shown }
  return { value: unquoted && /^\$\{env:[^}]*\}$/.test(text) ? asYaml(value) : value }
}

function resolve(body: string, closed: boolean, { env, secrets }: SubstitutionSources): { readonly value: string; readonly secret?: true } | Problem {
  const [, kind, name = '', fallback] = closed ? (referenceName.exec(body) ?? []) : []
  if (kind === undefined || (kind === 'secret' && fallback !== undefined)) {
    return { expected: '${env:NAME}, ${env:NAME:-default} or ${secret:NAME} ($${ stands for ${ itself)', found: `\${${body.slice(0, 60)}${closed ? '}' : ' without }'}` }
  }
  if (kind === 'secret') {
    const secret = secrets.get(name) ?? { expected: `the secret ${name}`, found: 'none' }
    return 'value' in secret ? { value: secret.value, secret: true } : secret
  }
  const value = env[name]
  if (fallback !== undefined && (value === undefined || value === '')) return { value: fallback }
  if (value !== undefined) return { value }
  const suggestion = nearest(name, Object.keys(env))
  return { expected: `the environment variable ${name}, or a default as in \${env:${name}:-default}`, found: 'none', ...(suggestion === undefined ? {} : { suggestion }) }
}

function asYaml(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/.test(text) ? Number(text) : text
}
