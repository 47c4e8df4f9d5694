import { ProtocolViolation } from './errors.ts'

/** What a client asked for in `CONNECT`, with the protocol's defaults for what it left out. */
export interface ConnectOptions {
  readonly verbose: boolean
  readonly pedantic: boolean
  readonly echo: boolean
  readonly headers: boolean
  readonly noResponders: boolean
  readonly token: string
}

/** What holds until the client has sent `CONNECT`. */
export const beforeConnect: ConnectOptions = {
  verbose: false, pedantic: false, echo: true, headers: false, noResponders: false, token: '',
}

/** Reads the argument of `CONNECT`; unknown fields are ignored, as in nats-server. */
export function parseConnectOptions(json: string): ConnectOptions {
  const fields = parseObject(json)
  const options = {
    verbose: flag(fields, 'verbose', true),
    pedantic: flag(fields, 'pedantic', true),
    echo: flag(fields, 'echo', true),
    headers: flag(fields, 'headers', false),
    noResponders: flag(fields, 'no_responders', false),
    token: typeof fields['auth_token'] === 'string' ? fields['auth_token'] : '',
  }
  if (options.noResponders && !options.headers) {
    throw new ProtocolViolation('no responders requires headers support')
  }
  return options
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null) return { ...value }
  } catch (cause) {
    throw new ProtocolViolation('Parser Error', { cause })
  }
  throw new ProtocolViolation('Parser Error')
}

function flag(fields: Record<string, unknown>, name: string, fallback: boolean): boolean {
  const value = fields[name] ?? fallback
  if (typeof value !== 'boolean') throw new ProtocolViolation('Parser Error')
  return value
}
