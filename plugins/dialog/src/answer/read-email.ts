import { plainText } from './plain-text.ts'
import type { Reading } from './reading.ts'

const local = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~.-]{1,64}$/u
const label = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u

/** An e-mail address in its common form, within the lengths of RFC 5321; its domain has a dot and is written small. */
export function readEmail(text: string): Reading {
  const plain = text.length > 400 ? '' : plainText(text)
  const at = plain.lastIndexOf('@')
  const [name, domain] = [plain.slice(0, at), plain.slice(at + 1).toLowerCase()]
  return plain.length <= 254 && isLocal(name) && isDomain(domain) ? { value: `${name}@${domain}`.normalize('NFC') } : { wrong: 'email' }
}

function isLocal(name: string): boolean {
  return local.test(name) && !name.startsWith('.') && !name.endsWith('.') && !name.includes('..')
}

function isDomain(domain: string): boolean {
  const labels = domain.split('.')
  return labels.length > 1 && labels.every((one) => label.test(one)) && !/^\d+$/.test(labels.at(-1) ?? '')
}
