/**
 * Sends what an endpoint answers, piece by piece: as fast as the client reads, or slowly, or broken
 * off in the middle when the model's name asks for it. A client that leaves stops the work.
 */
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Script } from './models.ts'

export type Reply =
  | { readonly type: 'json'; readonly body: unknown }
  | { readonly type: 'text'; readonly text: string }
  /** Server-sent events; `done` adds the `[DONE]` that ends a chat stream. */
  | { readonly type: 'events'; readonly events: Iterable<ServerEvent>; readonly done: boolean }
  | { readonly type: 'audio'; readonly mediaType: string; readonly chunks: Iterable<Uint8Array> }

export interface ServerEvent {
  /** The event's name; chat streams have none. */
  readonly event?: string
  readonly data: unknown
}

/** Before the first byte of a `:slow` model's answer. */
const SLOW_START_MS = 2000
/** Between the pieces of a `:slow` model's stream. */
const SLOW_PIECE_MS = 100

/** Resolves when the answer is sent, broken off or no longer wanted. */
export async function sendReply(
  response: ServerResponse,
  reply: Reply,
  pace: Script['pace'],
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    await send(response, reply, pace, gone.signal)
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}

async function send(
  response: ServerResponse,
  reply: Reply,
  pace: Script['pace'],
  signal: AbortSignal,
): Promise<void> {
  if (pace === 'slow') await setTimeout(SLOW_START_MS, undefined, { signal })
  const { mediaType, pieces } = piecesOf(reply)
  const whole = [...(pace === 'cut' ? pieces : [])]
  const sent = pace === 'cut' ? firstHalf(whole) : pieces
  response.writeHead(200, { 'content-type': mediaType, 'cache-control': 'no-store' })
  for (const piece of sent) {
    if (!response.write(piece)) await once(response, 'drain', { signal })
    // A turn of the loop per piece sends it as a chunk of its own and lets an abort be noticed.
    await (pace === 'slow' ? setTimeout(SLOW_PIECE_MS, undefined, { signal }) : setImmediate())
    signal.throwIfAborted()
  }
  if (pace === 'cut') response.destroy()
  else response.end()
}

function piecesOf(reply: Reply): { mediaType: string; pieces: Iterable<Uint8Array> } {
  switch (reply.type) {
    case 'json':
      return { mediaType: 'application/json', pieces: [Buffer.from(JSON.stringify(reply.body))] }
    case 'text':
      return { mediaType: 'text/plain; charset=utf-8', pieces: [Buffer.from(reply.text)] }
    case 'events':
      return { mediaType: 'text/event-stream; charset=utf-8', pieces: eventPieces(reply) }
    case 'audio':
      return { mediaType: reply.mediaType, pieces: reply.chunks }
  }
}

function* eventPieces(reply: Extract<Reply, { type: 'events' }>): Iterable<Uint8Array> {
  for (const { event, data } of reply.events) {
    const name = event ? `event: ${event}\n` : ''
    yield Buffer.from(`${name}data: ${JSON.stringify(data)}\n\n`)
  }
  if (reply.done) yield Buffer.from('data: [DONE]\n\n')
}

/** Half of the pieces, or half of the only one. */
function firstHalf(pieces: readonly Uint8Array[]): Uint8Array[] {
  const [first] = pieces
  if (pieces.length === 1 && first) return [first.subarray(0, Math.floor(first.length / 2))]
  return pieces.slice(0, Math.floor(pieces.length / 2))
}
