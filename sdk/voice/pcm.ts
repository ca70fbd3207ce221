/** Samples as the Realtime protocol carries them: PCM16, 24 kHz, mono, little-endian, base64. */

export const SAMPLE_RATE = 24_000
/** 40 ms: 25 messages a second keep a session's cost on the server at half of what 20 ms ask. */
export const FRAME_SAMPLES = 960

/** Float samples in [-1, 1] as 16-bit ones; louder ones are clipped. */
export function toPcm16(samples: Float32Array): Int16Array<ArrayBuffer> {
  return Int16Array.from(samples, (sample) =>
    Math.round(Math.max(-1, Math.min(1, sample)) * (sample < 0 ? 32_768 : 32_767)),
  )
}

/** In pieces, because a call with one argument per byte overflows the stack on long frames. */
const PIECE = 8_192

export function toBase64(samples: Int16Array): string {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  let binary = ''
  for (let start = 0; start < bytes.length; start += PIECE) {
    binary += String.fromCharCode(...bytes.subarray(start, start + PIECE))
  }
  return btoa(binary)
}

/** Samples of a base64 text; an odd byte at the end is dropped. */
export function fromBase64(text: string): Int16Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length & ~1)
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i)
  return new Int16Array(bytes.buffer)
}

/** Root mean square of 16-bit samples, 0 to 1. */
export function levelOf(samples: Int16Array): number {
  if (samples.length === 0) return 0
  let sum = 0
  for (const sample of samples) sum += sample * sample
  return Math.sqrt(sum / samples.length) / 32_768
}
