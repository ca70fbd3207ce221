/** The last seconds of sound, the user above and the assistant below; a line where one spoke over the other. */
import { useEffect, useRef } from 'react'
import type { Sound, VoiceSession } from '../../lib/voice-session.ts'
import { useLateMessages } from '../../messages/late.ts'

/** A column is one of the microphone's frames, 40 ms; so ten seconds. */
const COLUMNS = 250
const HEIGHT = 64

interface Column {
  user: number
  assistant: number
  isCut: boolean
}

export function Waveform({ session: { onSound, state } }: { session: VoiceSession }) {
  const { voiceTools } = useLateMessages()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const columns: Column[] = []
    let assistant = 0
    let isCut = false
    return onSound((sound: Sound) => {
      if (sound === 'interrupted') isCut = true
      else if (sound.speaker === 'assistant') assistant = sound.level
      else {
        columns.push({ user: sound.level, assistant, isCut })
        if (columns.length > COLUMNS) columns.shift()
        // The assistant's pieces are longer than a frame: its level fades until the next one.
        assistant *= 0.9
        isCut = false
        if (canvas.current) draw(canvas.current, columns)
      }
    })
  }, [onSound])
  return (
    <canvas
      ref={canvas}
      role="img"
      aria-label={voiceTools.waveform}
      width={COLUMNS * 2}
      height={HEIGHT}
      className={`mx-auto mb-4 h-16 border-warn text-accent outline-muted w-full max-w-[500px] ${state === 'idle' ? 'opacity-40' : ''}`}
    />
  )
}

function draw(canvas: HTMLCanvasElement, columns: readonly Column[]) {
  const context = canvas.getContext('2d')
  if (!context) return
  // Custom properties are not resolved for a canvas; these three are.
  const { color: own, outlineColor: other, borderTopColor: mark } = getComputedStyle(canvas)
  context.clearRect(0, 0, canvas.width, canvas.height)
  const middle = HEIGHT / 2
  for (const [index, { user, assistant, isCut }] of columns.entries()) {
    const x = (COLUMNS - columns.length + index) * 2
    context.fillStyle = own
    context.fillRect(x, middle - heightOf(user), 1.5, heightOf(user))
    context.fillStyle = other
    context.fillRect(x, middle, 1.5, heightOf(assistant))
    context.fillStyle = mark
    if (isCut) context.fillRect(x, 0, 2, HEIGHT)
  }
}

/** Speech is quiet on a linear scale; the square root spreads it. */
const heightOf = (level: number) =>
  Math.max(0.5, Math.min(1, Math.sqrt(level) * 1.6) * (HEIGHT / 2))
