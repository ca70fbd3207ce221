/** What a voice session's shell does to one socket. Which socket, and when, is voice-session.ts. */

/** Survives hibernation without a write: where the clock of the input audio stands. */
export interface Attachment {
  inputMs: number
}

export function attachmentOf(socket: WebSocket | undefined): Attachment | undefined {
  const attachment: unknown = socket?.deserializeAttachment()
  return isAttachment(attachment) ? attachment : undefined
}

const isAttachment = (value: unknown): value is Attachment =>
  typeof value === 'object' && value !== null && 'inputMs' in value

/** An event as it is sent, with an id of its own. */
export const eventFrame = (event: object): string =>
  JSON.stringify({ event_id: `event_${crypto.randomUUID()}`, ...event })

/** RFC 6455, section 7.4.1: these are never sent, they say that no code came. */
const NO_CODE = new Set([1005, 1006, 1015])

/** Answers the other side's close. The platform does not, and the client would wait for it. */
export function agreeToClose(socket: WebSocket, code: number): void {
  if (NO_CODE.has(code)) socket.close()
  else socket.close(code)
}

/** After its end a session is closed to its key for good: stock clients do not dial again on 1008. */
export function turnAway(socket: WebSocket): void {
  socket.accept()
  const message = 'The session of this key has ended; ask for another key.'
  const error = { type: 'invalid_request_error', code: 'session_ended', message, param: null }
  socket.send(eventFrame({ type: 'error', error }))
  socket.close(1008, message)
}
