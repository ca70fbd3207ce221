/** Server-sent events of a generator: how a stream begins, fails and ends, the same for every route. */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
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

/**
 * Streams what `start` yields, each value as the frame `frame` makes of it. The first value is awaited before the response begins, so that what
 * fails by then is an ordinary problem; a later failure is an `error` event, and the last one. When
 * the client goes away the generator is told by its signal and no longer pulled.
 */
export async function streamEvents<Env extends AppEnv, Value>(
  c: Context<Env>,
  start: (signal: AbortSignal) => AsyncGenerator<Value>,
  frame: (value: Value) => Frame,
): Promise<Response> {
  const gone = new AbortController()
  const values = start(AbortSignal.any([gone.signal, c.req.raw.signal]))
  const first = await values.next()
  const response = streamSSE(c, async (sse) => {
    sse.onAbort(() => gone.abort())
    try {
      for (let next = first; !next.done && !sse.aborted; next = await values.next()) {
        const [event, data, id] = frame(next.value)
        await sse.writeSSE({
          data: typeof data === 'string' ? data : JSON.stringify(data),
          ...(event !== null && { event }),
          ...(id !== undefined && { id }),
        })
      }
    } catch (error) {
      if (!sse.aborted) await sse.writeSSE({ event: 'error', data: problemOf(c, error) })
    } finally {
      await values.return(undefined)
    }
  })
  // Hono says `no-cache`, which lets a browser keep what it then asks about.
  response.headers.set('cache-control', 'no-store')
  return response
}

function problemOf<Env extends AppEnv>(c: Context<Env>, error: unknown): string {
  c.var.log.error('event stream failed', { path: c.req.path, error })
  return render(toProblem(error), c.req.path, c.var.requestId).body
}
