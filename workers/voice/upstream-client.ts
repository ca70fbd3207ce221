/** One connection to a speech model that speaks the Realtime protocol. What is said on it is upstream.ts. */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { OpenAiEnv } from '../../shared/openai.ts'
import { tracedFetch } from '../../shared/traced-fetch.ts'
import type { UpstreamEvent } from './upstream.ts'

export interface UpstreamEnv extends OpenAiEnv {
  readonly REALTIME_MODEL: string
  readonly TRANSCRIPTION_MODEL: string
}
export type UpstreamContext = WithEnv<UpstreamEnv>

export interface Upstream {
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  isOpen(): boolean
  send(event: object): void
  /**
   * What it says from now on.
   *
   * @param patienceMs Longest wait for the next event.
   * @throws ProblemError dependency_down when it closes; timed_out when it falls silent
   */
  listen(signal: AbortSignal, patienceMs: number): AsyncGenerator<UpstreamEvent>
  close(): void
}

const CONNECT_MS = 5000

/** @throws ProblemError dependency_down when it cannot be reached or will not talk */
export async function openUpstream(ctx: UpstreamContext): Promise<Upstream> {
  const { OPENAI_BASE_URL, OPENAI_API_KEY, REALTIME_MODEL } = ctx.env
  const url = `${OPENAI_BASE_URL}/realtime?model=${encodeURIComponent(REALTIME_MODEL)}`
  const headers = { upgrade: 'websocket', authorization: `Bearer ${OPENAI_API_KEY}` }
  const response = await inTime(tracedFetch(url, { headers })).catch((cause: unknown) => {
    throw gone(cause)
  })
  const socket = response.webSocket
  if (!socket) throw gone(new Error(`the upstream answered ${response.status}`))
  socket.accept()
  return follow(socket, ctx.now().getTime())
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the upstream took too long')), CONNECT_MS)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function follow(socket: WebSocket, openedAt: number): Upstream {
  const listeners = new Set<Listener>()
  let isOpen = true
  const tell = (event: UpstreamEvent | null) => {
    for (const listener of listeners) listener(event)
  }
  const end = () => {
    isOpen = false
    tell(null)
  }
  socket.addEventListener('message', ({ data }) => {
    const event = typeof data === 'string' ? read(data) : undefined
    if (event) tell(event)
  })
  socket.addEventListener('close', end)
  socket.addEventListener('error', end)
  return {
    openedAt,
    isOpen: () => isOpen,
    send(event) {
      if (!isOpen) throw gone(undefined)
      socket.send(JSON.stringify(event))
    },
    listen: (signal, patienceMs) => listen(listeners, { isOpen: () => isOpen, signal, patienceMs }),
    close() {
      isOpen = false
      socket.close(1000)
    },
  }
}

interface Listening {
  isOpen: () => boolean
  signal: AbortSignal
  patienceMs: number
}

type Listener = (event: UpstreamEvent | null) => void

/** Hears from the moment it is called, not from the moment it is read. */
function listen(listeners: Set<Listener>, listening: Listening) {
  const inbox = { events: [] as (UpstreamEvent | null)[], wake: () => {} }
  const listener: Listener = (event) => {
    inbox.events.push(event)
    inbox.wake()
  }
  listeners.add(listener)
  return drain(inbox, listening, () => listeners.delete(listener))
}

async function* drain(
  inbox: { events: (UpstreamEvent | null)[]; wake: () => void },
  { isOpen, signal, patienceMs }: Listening,
  leave: () => void,
): AsyncGenerator<UpstreamEvent> {
  const stop = () => inbox.wake()
  signal.addEventListener('abort', stop)
  try {
    for (;;) {
      signal.throwIfAborted()
      const event = inbox.events.shift()
      if (event) yield event
      else if (event === null || !isOpen()) throw gone(undefined)
      else {
        let timer: ReturnType<typeof setTimeout> | undefined
        const isLate = await new Promise<boolean>((resolve) => {
          inbox.wake = () => resolve(false)
          timer = setTimeout(() => resolve(true), patienceMs)
        })
        clearTimeout(timer)
        if (isLate) throw new ProblemError('timed_out', 'The speech model fell silent.')
      }
    }
  } finally {
    leave()
    signal.removeEventListener('abort', stop)
  }
}

function read(text: string): UpstreamEvent | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isEvent(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isEvent = (value: unknown): value is UpstreamEvent =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'

function gone(cause: unknown): ProblemError {
  const detail = 'The speech model cannot be reached.'
  return new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
}
