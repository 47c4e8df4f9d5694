import type { NatsLink } from './nats-link.ts'
import type { Provider } from './provider.ts'
import type { InstanceInfo } from './registry.ts'

/** Makes an instance a standard NATS micro service (ADR-32); returns the end of it. */
export function announceMicro(_link: NatsLink, _assembly: string, _info: InstanceInfo, _provider: Provider): () => void {
  return () => undefined
}
