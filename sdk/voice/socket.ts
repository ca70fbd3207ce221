/** The Realtime WebSocket of a browser: address, credential, and frames out as JSON. */
import { VoiceAssistError } from '../errors.ts'

export interface RealtimeSocket {
  send: (event: Record<string, unknown>) => void
  /** True while the network keeps up; audio is dropped when it does not, never queued for ever. */
  hasRoom: () => boolean
  close: () => void
}

export interface SocketOptions {
  url: string
  token: string
  /** What the address asks for: a model, or a session to follow. */
  search: Record<string, string>
  onFrame: (frame: string) => void
  /** Null when the server ended the session in order. */
  onClose: (error: VoiceAssistError | null) => void
}

/** Six seconds of audio at 64 kB/s of base64. */
const BACKLOG_BYTES = 384 * 1024

/** http(s) origin, or '' for the page's own, as a ws(s) address. */
function realtimeUrl(origin: string, search: Record<string, string>): string {
  const url = new URL('/v1/realtime', origin || location.origin)
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:'
  for (const [name, value] of Object.entries(search)) url.searchParams.set(name, value)
  return url.href
}

/** RFC 6455 7.4: 1000 is the end in order; 1008 follows an `error` event that said why. */
const failureOf = ({ code, reason }: CloseEvent, wasOpen: boolean): VoiceAssistError | null => {
  if (code === 1000) return null
  const message = wasOpen
    ? reason || `The connection was lost (${code}).`
    : 'The voice session could not be opened.'
  const name = wasOpen ? 'disconnected' : 'connection_refused'
  return new VoiceAssistError(message, { code: name, status: 0, requestId: null })
}

/**
 * Opens the session. Browsers cannot set headers on a WebSocket, so the token travels as a
 * subprotocol, as OpenAI's own browser clients send it; the server answers `realtime` alone.
 */
export function openSocket(options: SocketOptions): RealtimeSocket {
  const { url, token, search, onFrame, onClose } = options
  const protocols = ['realtime', `openai-insecure-api-key.${token}`]
  const socket = new WebSocket(realtimeUrl(url, search), protocols)
  let wasOpen = false
  let closing = false
  socket.addEventListener('open', () => {
    wasOpen = true
  })
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data === 'string') onFrame(data)
  })
  socket.addEventListener('close', (event) => {
    onClose(closing ? null : failureOf(event, wasOpen))
  })
  return {
    send: (event) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event))
    },
    hasRoom: () => socket.bufferedAmount < BACKLOG_BYTES,
    close: () => {
      closing = true
      socket.close(1000)
    },
  }
}
