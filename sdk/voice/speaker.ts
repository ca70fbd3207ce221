/** The page's end of the speaker worklet: play, clear, and how loud it is now. */
import { levelOf, SAMPLE_RATE } from './pcm.ts'
import type { Heard } from './playback-queue.ts'

export type SpeakerOrder =
  | { type: 'play'; itemId: string; samples: Int16Array<ArrayBuffer> }
  | { type: 'clear' }
  | { type: 'level'; level: number }

export type SpeakerNotice = { type: 'cleared'; heard: Heard | null } | { type: 'drained' }

export interface Speaker {
  play: (itemId: string, samples: Int16Array<ArrayBuffer>) => void
  /** Silence at once; what was cut arrives through `onCleared`. */
  clear: () => void
  /** How loud, 0 to 1; at 0 it is held. */
  setLevel: (level: number) => void
  close: () => Promise<void>
}

export interface SpeakerOptions {
  workletUrl: string
  onCleared: (heard: Heard | null) => void
  onDrained: () => void
  onLevel: (level: number) => void
}

/** Opens the output at the protocol's rate; the browser converts to what the device runs at. */
export async function openSpeaker(options: SpeakerOptions): Promise<Speaker> {
  const context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: 'interactive' })
  await context.audioWorklet.addModule(options.workletUrl)
  await context.resume()
  const node = new AudioWorkletNode(context, 'voiceassist-speaker', { numberOfInputs: 0 })
  node.connect(context.destination)
  const order = (message: SpeakerOrder) => node.port.postMessage(message, [])
  node.port.addEventListener('message', ({ data }: MessageEvent<SpeakerNotice>) => {
    if (data.type === 'cleared') options.onCleared(data.heard)
    else options.onDrained()
  })
  node.port.start()
  return {
    play: (itemId, samples) => {
      options.onLevel(levelOf(samples))
      order({ type: 'play', itemId, samples })
    },
    clear: () => order({ type: 'clear' }),
    setLevel: (level) => order({ type: 'level', level }),
    close: () => context.close(),
  }
}
