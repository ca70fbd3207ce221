/** The line to a session's caller: one socket at a time, and what is said on it. */
import type { ServerEvent } from '../workers/voice/wire.ts'
import { type Attachment, attachmentOf, eventFrame } from './voice-socket.ts'

type Sockets = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'getTags'>

/** Sockets of the caller have no tag; those of supervisors do, see voice-sideband.ts. */
const isCallers = (ctx: Sockets, socket: WebSocket) => ctx.getTags(socket).length === 0

export class VoiceLine {
  readonly #ctx: Sockets

  constructor(ctx: Sockets) {
    this.#ctx = ctx
  }

  /** The caller's clock as it stood before the object was evicted; undefined without a caller. */
  get inputMs(): number | undefined {
    return attachmentOf(this.#sockets()[0])?.inputMs
  }

  get isTaken(): boolean {
    return this.#sockets().length > 0
  }

  /** Whether somebody is on the line beside this socket, which is closing. */
  isTakenBeside(socket: WebSocket): boolean {
    return this.#sockets().some((other) => other !== socket)
  }

  /** The last one stays. */
  connect(server: WebSocket): void {
    this.close(1012, 'Another connection took over.')
    this.#ctx.acceptWebSocket(server)
  }

  close(code: number, reason: string): void {
    for (const socket of this.#sockets()) socket.close(code, reason)
  }

  send(event: ServerEvent): void {
    const frame = eventFrame(event)
    for (const socket of this.#sockets()) socket.send(frame)
  }

  remember(socket: WebSocket, attachment: Attachment): void {
    socket.serializeAttachment(attachment)
  }

  /** Those that are open: one that was closed stays in the platform's list until the other side agrees. */
  #sockets(): WebSocket[] {
    return this.#ctx
      .getWebSockets()
      .filter(({ readyState }) => readyState === WebSocket.OPEN)
      .filter((socket) => isCallers(this.#ctx, socket))
  }
}
