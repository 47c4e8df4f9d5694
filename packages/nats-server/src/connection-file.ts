import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NatsServerError } from './errors.ts'

/** What a client needs to connect. */
export interface ConnectionDetails {
  /** For example `nats://127.0.0.1:4222`; without the token. */
  readonly url: string
  readonly token: string
}

/** The name of the file inside the folder that the caller names. */
export const connectionFileName = 'nats.json'

/**
 * Writes `nats.json` into an existing folder, readable by the user only, and whole: a reader sees the old file or the new one.
 * @throws NatsServerError `CONNECTION_FILE`
 */
export async function writeConnectionFile(folder: string, details: ConnectionDetails): Promise<void> {
  const path = join(folder, connectionFileName)
  const draft = `${path}.${randomUUID()}`
  try {
    await writeFile(draft, format(details), { mode: 0o600, flag: 'wx' })
    await rename(draft, path)
  } catch (cause) {
    await rm(draft, { force: true })
    throw failed('write', path, cause)
  }
}

/**
 * Reads what `writeConnectionFile` wrote.
 * @throws NatsServerError `CONNECTION_FILE`
 */
export async function readConnectionFile(folder: string): Promise<ConnectionDetails> {
  const path = join(folder, connectionFileName)
  try {
    const { url, token } = parseDetails(await readFile(path, 'utf8'))
    return { url, token }
  } catch (cause) {
    throw failed('read', path, cause)
  }
}

/** Removes the file if it still holds these details; another server's is left alone. */
export async function removeConnectionFile(folder: string, details: ConnectionDetails): Promise<void> {
  const path = join(folder, connectionFileName)
  try {
    const content = await readFile(path, 'utf8')
    if (content === format(details)) await rm(path, { force: true })
  } catch (cause) {
    if (!isMissing(cause)) throw failed('remove', path, cause)
  }
}

function format({ url, token }: ConnectionDetails): string {
  return `${JSON.stringify({ url, token })}\n`
}

function parseDetails(text: string): ConnectionDetails {
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && 'url' in value && 'token' in value) {
    const { url, token } = value
    if (typeof url === 'string' && typeof token === 'string') return { url, token }
  }
  throw new TypeError('Expected an object with url and token')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function failed(verb: string, path: string, cause: unknown): NatsServerError {
  const found = cause instanceof Error ? cause.message : String(cause)
  return new NatsServerError('CONNECTION_FILE', `Cannot ${verb} the connection file "${path}": ${found}`, { cause })
}
