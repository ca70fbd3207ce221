/** Server-sent events as an async iterable, by the parsing rules of WHATWG HTML 9.2.6. */
import { fromFailure } from './errors.ts'

export interface StreamEvent {
  /** `message` when the server names none. */
  event: string
  data: string
  id: string
}

/** Splits on CRLF, LF or CR; a CR that ends the chunk may be half of a CRLF, so it waits. */
function takeLines(buffer: string): { lines: string[]; rest: string } {
  const held = buffer.endsWith('\r') ? '\r' : ''
  const lines = (held ? buffer.slice(0, -1) : buffer).split(/\r\n|\n|\r/)
  return { lines, rest: (lines.pop() ?? '') + held }
}

interface Draft {
  event: string
  data: string[]
  id: string
}

function readField(draft: Draft, line: string) {
  const colon = line.indexOf(':')
  if (colon === 0) return
  const name = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'data') draft.data.push(value)
  else if (name === 'event') draft.event = value
  else if (name === 'id' && !value.includes('\0')) draft.id = value
}

/**
 * Events in order; ends with the body. Comments (keep-alives) and empty events are skipped.
 * @throws VoiceAssistError `network` when the body breaks off, `aborted` when the caller ended it
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const draft: Draft = { event: '', data: [], id: '' }
  let buffer = ''
  try {
    for (;;) {
      const { value, done } = await reader.read().catch((error: unknown) => {
        throw fromFailure(error)
      })
      if (done) return
      const { lines, rest } = takeLines(buffer + decoder.decode(value, { stream: true }))
      buffer = rest
      for (const line of lines) {
        if (line !== '') {
          readField(draft, line)
          continue
        }
        const { event, data, id } = draft
        draft.event = ''
        draft.data = []
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id }
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
