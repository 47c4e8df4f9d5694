/**
 * One `PUB` or `HPUB` as places in buffers, so that nothing is decoded on the way.
 * The parser owns the single instance and overwrites it: valid only during the handler's call.
 */
export interface InboundMessage {
  /** Holds the control line. */
  line: Buffer
  subjectStart: number
  subjectEnd: number
  /** Equal to `replyEnd` if there is no reply subject. */
  replyStart: number
  replyEnd: number
  /** Bytes of headers at the start of the payload; -1 for `PUB`. */
  headerSize: number
  /** Bytes of headers and body together. */
  size: number
  /** Holds headers, body and the closing CRLF from `payloadStart` on. */
  payload: Buffer
  payloadStart: number
}
