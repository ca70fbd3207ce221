/**
 * WebRTC's voice detection (libfvad, compiled to WebAssembly): whether 20 ms of sound are a voice, by
 * Gaussian mixtures over six bands from 80 Hz to 4 kHz. Tells a voice from a fan, which energy cannot.
 * The compiled module comes from outside: workerd takes none that is compiled while it runs.
 */
import { WINDOW_SAMPLES } from './vad.ts'

/** True for a voice. Windows of one session, in order: it learns what the room sounds like. */
export type Discern = (samples: Int16Array) => boolean

/** 0 takes most for a voice, 3 least. White noise passes 48 % of 3, and more of the others. */
const MODE = 3

/** libfvad knows 8, 16, 32 and 48 kHz, and itself works at 8. */
const RATE = 8000
const FACTOR = 3
const SAMPLES = WINDOW_SAMPLES / FACTOR

/** The few things the detector exports; emscripten has shortened their names. */
interface Exports {
  memory: WebAssembly.Memory
  start: () => void
  create: () => number
  allocate: (bytes: number) => number
  setMode: (state: number, mode: number) => number
  setRate: (state: number, rate: number) => number
  /** 1 for a voice, 0 for none, -1 for a length it does not know. */
  process: (state: number, samples: number, length: number) => number
}

/**
 * One detector for all sessions of an isolate, for its memory is 16 MiB. What it knows of a session is
 * copied in and out (736 bytes without a pointer), so that a session that is forgotten leaves nothing behind.
 *
 * @returns makes a session's own
 * @throws WebAssembly.LinkError when the module is not this version of libfvad
 */
export function loadFvad(module: WebAssembly.Module): () => Discern {
  const { memory, start, create, allocate, setMode, setRate, process } = exportsOf(module)
  start()
  const state = create()
  setMode(state, MODE)
  setRate(state, RATE)
  // The allocator puts the next one behind it.
  const bytes = create() - state
  const input = allocate(SAMPLES * Int16Array.BYTES_PER_ELEMENT)
  const knowledge = new Uint8Array(memory.buffer, state, bytes)
  const frame = new Int16Array(memory.buffer, input, SAMPLES)
  const fresh = knowledge.slice()
  return () => {
    const own = fresh.slice()
    return (samples) => {
      knowledge.set(own)
      thin(samples, frame)
      const isVoice = process(state, input, SAMPLES) === 1
      own.set(knowledge)
      return isVoice
    }
  }
}

/** 24 kHz to 8: the mean of three is low-pass enough for the levels of six bands. */
function thin(samples: Int16Array, frame: Int16Array): void {
  for (let at = 0; at < frame.length; at++) {
    const from = at * FACTOR
    frame[at] = ((samples[from] ?? 0) + (samples[from + 1] ?? 0) + (samples[from + 2] ?? 0)) / 3
  }
}

/** WebAssembly has no types; these are the exports of version 0.2.0. */
function exportsOf(module: WebAssembly.Module): Exports {
  const imports = {
    // A failed assertion, and a wish for more memory, which is never granted.
    a: () => {
      throw new Error('libfvad failed.')
    },
    b: () => 0,
  }
  const all = new WebAssembly.Instance(module, { a: imports }).exports
  const named = {
    memory: all['c'],
    start: all['d'],
    create: all['e'],
    allocate: all['f'],
    setMode: all['j'],
    setRate: all['k'],
    process: all['l'],
  }
  // Safe: the package is pinned, and its tests call each of them.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return named as unknown as Exports
}
