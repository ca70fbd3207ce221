/** Server-sent events of a generator: how a stream begins, fails and ends, the same for every route. */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { toProblem } from './errors.ts'
import type { AppEnv } from './http.ts'
import { render } from './render.ts'

/**
 * Documents a response of events, for `createRoute`. Typed as without content on purpose: a stream's
 * frames are no return value.
 *
 * @param also Media types the same path answers with otherwise.
 */
export function eventsResponse(description: string, also: object = {}): { description: string } {
  const content = { 'text/event-stream': { schema: z.string() }, ...also }
  return Object.assign({ description }, { content })
}

/** Without a name where the protocol has none; data that is a text is sent as it is. */
export type Frame = [event: string | null, data: object | string, id?: string]

/** Characters that may wait for a slow reader; the generator then waits too. */
const MOST_WAITING = 64 * 1024

/**
 * Streams what `start` yields, each value as the frame `frame` makes of it. The first value is awaited before the response begins, so that what
 * fails by then is an ordinary problem; a later failure is an `error` event, and the last one. When
 * the client goes away the generator is told by its signal and no longer pulled.
 *
 * One stream, without the pair of pipes Hono's `streamSSE` sends every event through.
 */
export async function streamEvents<Env extends AppEnv, Value>(
  c: Context<Env>,
  start: (signal: AbortSignal) => AsyncGenerator<Value>,
  frame: (value: Value) => Frame,
): Promise<Response> {
  const gone = new AbortController()
  const values = start(AbortSignal.any([gone.signal, c.req.raw.signal]))
  const first = await values.next()
  const { body, send, end } = openBody(() => gone.abort())

  async function pump(): Promise<void> {
    try {
      for (let next = first; !next.done && !gone.signal.aborted; next = await values.next()) {
        await send(frame(next.value))
      }
    } catch (error) {
      if (!gone.signal.aborted) await send(['error', problemOf(c, error)])
    } finally {
      await values.return(undefined)
      if (!gone.signal.aborted) end()
    }
  }

  // Begun here and not when it is read: what runs belongs to this request, its trace too.
  pump().catch((error: unknown) => c.var.log.error('an event stream did not end', { error }))
  return c.body(body, 200, {
    'content-type': 'text/event-stream',
    // Not `no-cache`, which lets a browser keep what it then asks about.
    'cache-control': 'no-store',
  })
}

const encoder = new TextEncoder()

/**
 * What is sent while the reader is busy with what came before leaves in one piece: each piece is encoded and
 * crosses into the runtime by itself, which costs more than making the event does.
 */
function openBody(leave: () => void) {
  let queue: ReadableStreamDefaultController<Uint8Array> | undefined
  let waiting = ''
  let isWanted = false
  let isOver = false
  let wake = () => {}

  function give(): void {
    if (waiting !== '') {
      isWanted = false
      queue?.enqueue(encoder.encode(waiting))
      waiting = ''
      wake()
    }
    if (isOver) queue?.close()
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => void (queue = controller),
      pull() {
        isWanted = true
        give()
      },
      cancel() {
        leave()
        wake()
      },
    },
    { highWaterMark: 0 },
  )
  return {
    body,
    /** Waits while the reader is far behind. */
    send: (told: Frame): Promise<void> | undefined => {
      waiting += textOf(told)
      if (isWanted) give()
      if (waiting.length < MOST_WAITING) return undefined
      return new Promise((resolve) => void (wake = resolve))
    },
    end: (): void => {
      isOver = true
      if (isWanted || waiting === '') give()
    },
  }
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
function textOf([event, data, id]: Frame): string {
  const text =
    typeof data === 'string' ? data.replace(/\r\n?|\n/g, '\ndata: ') : JSON.stringify(data)
  const name = event === null ? '' : `event: ${event}\n`
  return `${name}data: ${text}\n${id === undefined ? '' : `id: ${id}\n`}\n`
}

function problemOf<Env extends AppEnv>(c: Context<Env>, error: unknown): string {
  c.var.log.error('event stream failed', { path: c.req.path, error })
  return render(toProblem(error), c.req.path, c.var.requestId).body
}
