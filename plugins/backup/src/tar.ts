/** One entry of a tar archive. `link` is where a symbolic link leads. */
export interface TarEntry {
  readonly path: string
  readonly size: number
  readonly mode: number
  readonly link?: string
}

export const block = 512
const nameWidth = 100
/** The largest size that eleven octal digits say. */
const largestSize = 0o77777777777

/** The header of an entry in the ustar format, after one of pax where a path, a link or a size does not fit into it. */
export function tarHeader(entry: TarEntry): Buffer {
  const records = [
    ...(fits(entry.path) ? [] : [record('path', entry.path)]),
    ...(entry.link === undefined || fits(entry.link) ? [] : [record('linkpath', entry.link)]),
    ...(entry.size <= largestSize ? [] : [record('size', String(entry.size))]),
  ]
  const own = header(entry, entry.link === undefined ? '0' : '2')
  if (records.length === 0) return own
  const pax = Buffer.from(records.join(''))
  return Buffer.concat([header({ path: 'pax', size: pax.length, mode: 0o600 }, 'x'), pax, padding(pax.length), own])
}

/** What follows the bytes of an entry, up to a whole block. */
export function padding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block)
}

/** What an archive ends with. */
export const tarEnd: Buffer = Buffer.alloc(2 * block)

/**
 * Reads a header: undefined for what ends an archive. `kind` is tar's letter.
 *
 * @throws RangeError for what is no header
 */
export function readTarHeader(bytes: Buffer): (TarEntry & { readonly kind: string }) | undefined {
  if (bytes.every((byte) => byte === 0)) return undefined
  if (checksum(bytes) !== octal(bytes, 148, 8)) throw new RangeError('its checksum does not hold')
  const size = octal(bytes, 124, 12)
  const link = textAt(bytes, 157, nameWidth)
  return { path: textAt(bytes, 0, nameWidth), size, mode: octal(bytes, 100, 8), kind: String.fromCharCode(bytes[156] ?? 0), ...(link === '' ? {} : { link }) }
}

/** The records of a pax header by their keys: `LENGTH KEY=VALUE\n`, where the length counts bytes. */
export function readPax(bytes: Buffer): ReadonlyMap<string, string> {
  const records = new Map<string, string>()
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(' ', at)
    const length = Number(bytes.toString('latin1', at, Math.max(at, space)))
    if (!(length > 0)) throw new RangeError('its pax header cannot be read')
    const [key = '', ...value] = bytes.toString('utf8', space + 1, at + length - 1).split('=')
    records.set(key, value.join('='))
    at += length
  }
  return records
}

function header({ path, size, mode, link = '' }: TarEntry, kind: string): Buffer {
  const bytes = Buffer.alloc(block)
  bytes.write(path, 0, nameWidth)
  bytes.write(digits(mode, 7), 100)
  bytes.write(digits(0, 7), 108)
  bytes.write(digits(0, 7), 116)
  bytes.write(digits(Math.min(size, largestSize), 11), 124)
  bytes.write(digits(0, 11), 136)
  bytes.write(kind, 156)
  bytes.write(link, 157, nameWidth)
  bytes.write('ustar\u000000', 257)
  bytes.write(`${digits(checksum(bytes), 6)}\0 `, 148)
  return bytes
}

function fits(text: string): boolean {
  return Buffer.byteLength(text) <= nameWidth
}

function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  const bytes = Buffer.byteLength(rest)
  let length = bytes + String(bytes).length
  // The length counts its own digits.
  length = bytes + String(length).length
  return `${length}${rest}`
}

function digits(value: number, width: number): string {
  return value.toString(8).padStart(width, '0')
}

/** The checksum counts its own place as blanks. */
function checksum(bytes: Buffer): number {
  return bytes.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0)
}

function octal(bytes: Buffer, at: number, width: number): number {
  const text = textAt(bytes, at, width).trim()
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN
}

function textAt(bytes: Buffer, at: number, width: number): string {
  const end = bytes.indexOf(0, at)
  return bytes.toString('utf8', at, end < 0 || end > at + width ? at + width : end)
}
