/**
 * Streams of server-sent events (WHATWG HTML, section 9.2), held by the Worker that was asked and
 * bridged to the environment's hub, which may sleep meanwhile. An event's id is the version of the
 * snapshot it is about, so a client that comes back is told at once what it missed.
 */
import { type Announcement, connectHub, type HubEnv, type Place } from './hub-client.ts'

/** A comment so often: proxies close what is silent, and a client that is gone is found out. */
const HEARTBEAT_MS = 25_000

/** Milliseconds a client waits before it connects again. */
const RETRY_MS = 2000

export interface Event {
  name: string
  data: string
}

/** What an announcement is to the clients of one protocol; a failure ends the stream. */
export type Render = (announcement: Announcement) => Event | Promise<Event>

/**
 * @param since Version the client has; 0 for one that did not say
 * @throws ProblemError dependency_down
 */
export async function openStream(
  env: HubEnv,
  place: Place,
  since: number,
  render: Render,
): Promise<Response> {
  const socket = await connectHub(env, place, since)
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const encoder = new TextEncoder()
  const write = (text: string) => writer.write(encoder.encode(text)).catch(end)
  const heartbeat = setInterval(() => void write(':\n\n'), HEARTBEAT_MS)

  function end(): void {
    clearInterval(heartbeat)
    socket.close()
    writer.close().catch(() => undefined)
  }

  async function forward(announcement: Announcement, before: Promise<void>): Promise<void> {
    await before
    try {
      const { name, data } = await render(announcement)
      await write(`id: ${announcement.version}\nevent: ${name}\ndata: ${data}\n\n`)
    } catch {
      end()
    }
  }

  /** The tail of what is to be written: events leave in the order they came. */
  let last = write(`retry: ${RETRY_MS}\n\n`)
  socket.addEventListener('message', ({ data }) => {
    last = forward(JSON.parse(String(data)), last)
  })
  socket.addEventListener('close', end)
  socket.addEventListener('error', end)
  writer.closed.catch(end)
  const headers = {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  }
  return new Response(readable, { headers })
}

/** Of Last-Event-ID, or else of the address the stream was opened with. */
export function sinceOf(lastEventId: string | undefined, since = 0): number {
  const version = Number(lastEventId)
  return lastEventId && Number.isSafeInteger(version) && version >= 0 ? version : since
}
