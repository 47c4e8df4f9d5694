import { type Static, Type } from '@caruso/contract'
import { BlockList, isIP } from 'node:net'
import { KernelError } from '@caruso/kernel'

export const Config = Type.Object({
  host: Type.String({ default: '127.0.0.1', description: 'Address to listen at; loopback only until there is identity' }),
  port: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: '0 takes any free port' }),
  rateLimit: Type.Integer({ default: 1000, minimum: 1, description: 'Requests per second from one address' }),
  pages: Type.Record(Type.String({ pattern: '^/' }), Type.String(), { default: {}, description: 'Address prefix to the component whose pages are shown there' }),
})

export type GatewayConfig = Readonly<Static<typeof Config>>

/** First parts of addresses that the gateway answers itself. */
export const ownAddresses: readonly string[] = ['/api', '/docs', '/events', '/health', '/metrics', '/openapi.json']

/** @throws KernelError `CONFIG_INVALID` when the gateway would be reachable from outside, or a page would hide behind an address of the gateway */
export function requireSafe(config: GatewayConfig): void {
  if (!isLoopback(config.host)) {
    throw new KernelError('CONFIG_INVALID', `Bound the gateway to host "${config.host}": every caller is anonymous, so only loopback is allowed (127.0.0.1, ::1 or localhost)`)
  }
  for (const prefix of Object.keys(config.pages)) {
    const own = ownAddresses.find((address) => prefix === address || prefix.startsWith(`${address}/`))
    if (own !== undefined) throw new KernelError('CONFIG_INVALID', `Put pages under "${prefix}": the gateway answers "${own}" itself`)
  }
}

/** Whether only this machine can reach a listener at the host, or ask for it by that name. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) === 0) return address.toLowerCase() === 'localhost'
  return loopback.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
