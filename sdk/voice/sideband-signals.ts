/** What a supervisor hears of a session: its events as few kinds of signals. Others are nothing. */
import { readSignal, type Signal } from './signals.ts'
import type { LineChange } from './transcript.ts'

export type SidebandSignal =
  | { type: 'ready' }
  | { type: 'line'; change: LineChange }
  | { type: 'sound'; speaker: 'caller' | 'assistant'; itemId: string; base64: string }
  /** What the assistant still had to say is not heard. */
  | { type: 'cut' }
  | { type: 'takeover'; supervisor: string | null }
  | { type: 'whispered'; supervisor: string; text: string }
  | { type: 'failed'; code: string; message: string }

interface Part {
  text?: string
  transcript?: string
}

/** The fields of the events that are read here; each may be missing. */
interface Event {
  type?: string
  delta?: string
  text?: string
  supervisor?: string | null
  item?: { id?: string; type?: string; role?: string; content?: Part[] }
}

/** One text frame of the socket. @throws SyntaxError when the frame is not JSON */
export function readSideband(frame: string): SidebandSignal[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every field is optional
  const event = JSON.parse(frame) as Event
  const read = READERS[event.type ?? '']
  if (read) return read(event)
  const signal = readSignal(frame)
  return signal ? known(signal) : []
}

const READERS: Record<string, (event: Event) => SidebandSignal[]> = {
  'conversation.item.done': lineOf,
  'voiceassist.input_audio.delta': ({ delta = '' }) => [
    { type: 'sound', speaker: 'caller', itemId: 'caller', base64: delta },
  ],
  'voiceassist.takeover': ({ supervisor = null }) => [{ type: 'takeover', supervisor }],
  'voiceassist.whispered': ({ supervisor, text = '' }) => [
    { type: 'whispered', supervisor: supervisor ?? '', text },
  ],
  'output_audio_buffer.cleared': () => [{ type: 'cut' }],
}

/** Items that were there before the supervisor came, and those that end meanwhile. */
function lineOf({ item }: Event): SidebandSignal[] {
  const text = (item?.content ?? []).map((part) => part.transcript ?? part.text ?? '').join('')
  if (item?.type !== 'message' || item.role === 'system' || !item.id || text === '') return []
  const speaker = item.role === 'assistant' ? 'assistant' : 'user'
  return [{ type: 'line', change: { type: 'replace', itemId: item.id, speaker, text } }]
}

function known(signal: Signal): SidebandSignal[] {
  switch (signal.type) {
    case 'ready':
    case 'failed':
      return [signal]
    case 'user_text':
    case 'assistant_text':
    case 'assistant_delta': {
      const { itemId, text } = signal
      const speaker = signal.type === 'user_text' ? 'user' : 'assistant'
      const isWhole =
        signal.type === 'assistant_text' || (signal.type === 'user_text' && signal.isFinal)
      const type = isWhole ? 'replace' : 'append'
      return [{ type: 'line', change: { type, itemId, speaker, text } }]
    }
    case 'cited':
      return [
        {
          type: 'line',
          change: { type: 'cite', itemId: signal.itemId, citation: signal.citation },
        },
      ]
    case 'truncated':
      return [{ type: 'line', change: { type: 'interrupt', itemId: signal.itemId } }]
    case 'audio':
      return [{ type: 'sound', speaker: 'assistant', itemId: signal.itemId, base64: signal.base64 }]
    case 'measured':
    case 'recording':
    case 'held':
    case 'holds_offered':
    case 'input_cleared':
    case 'released':
    case 'response_created':
    case 'response_done':
    case 'retrieved':
    case 'speech_started':
    case 'speech_stopped':
      return []
  }
}
