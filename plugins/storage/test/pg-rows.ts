/** A DataRow message of PostgreSQL's protocol. */
export function dataRow(fields: readonly (string | null)[]): Buffer {
  const values = fields.map((field) => (field === null ? [int32(-1)] : [int32(Buffer.byteLength(field)), Buffer.from(field)])).flat()
  const count = Buffer.alloc(2)
  count.writeUInt16BE(fields.length)
  return message('D', Buffer.concat([count, ...values]))
}

/** Any message of the protocol: its code, its length, and what it says. */
export function message(code: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(code, 'latin1'), int32(body.length + 4), body])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
