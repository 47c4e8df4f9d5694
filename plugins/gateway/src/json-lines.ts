import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import type { Problem } from './problem.ts'

/**
 * Answers with one line of JSON per item, no faster than the client reads.
 *
 * A failure after the first line can no longer become a status: its problem is the last line, as `{"problem": …}`, and
 * the connection is cut before the end of the answer, so that no client takes it for a whole one.
 */
export async function sendLines(reply: FastifyReply, items: AsyncIterable<unknown>, problemOf: (error: unknown) => Problem): Promise<void> {
  const response = reply.raw
  const iterator = items[Symbol.asyncIterator]()
  try {
    // The first item is awaited before the status is sent, so that whatever fails at once fails with a status.
    let next = await iterator.next()
    writeHead(reply)
    while (next.done !== true && !response.destroyed) {
      if (!response.write(`${JSON.stringify(next.value)}\n`)) await drained(response)
      next = await iterator.next()
    }
    response.end()
  } catch (error) {
    if (!response.headersSent) throw error
    if (response.destroyed) return
    response.write(`${JSON.stringify({ problem: problemOf(error) })}\n`)
    response.socket?.destroySoon()
  } finally {
    await iterator.return?.()
  }
}

function writeHead(reply: FastifyReply): void {
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
  reply.raw.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' })
}

/** Resolves when the client has read enough, or has gone. */
async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return
  const waiting = new AbortController()
  try {
    await Promise.race([once(response, 'drain', waiting), once(response, 'close', waiting)])
  } finally {
    waiting.abort()
  }
}
