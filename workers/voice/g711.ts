/**
 * Telephony's two codes for a sample in one byte (ITU-T G.711, tables 1 and 2): mu-law in North America
 * and Japan, A-law elsewhere. Decoding is a table of 256; encoding finds the segment and the step.
 */

/** The highest magnitude mu-law can say, and what is added so that each segment begins at a power of two. */
const CLIP = 32_635
const BIAS = 0x84

export interface Law {
  decode(bytes: Uint8Array): Int16Array<ArrayBuffer>
  encode(samples: Int16Array): Uint8Array<ArrayBuffer>
}

export const MU_LAW = lawOf(mulawSample, mulawByte)
export const A_LAW = lawOf(alawSample, alawByte)

function lawOf(sampleOf: (byte: number) => number, byteOf: (sample: number) => number): Law {
  const table = Int16Array.from({ length: 256 }, (_, byte) => sampleOf(byte))
  return {
    decode: (bytes) => Int16Array.from(bytes, (byte) => table[byte] ?? 0),
    encode: (samples) => Uint8Array.from(samples, byteOf),
  }
}

/** Bits of mu-law are inverted on the line, so that silence is full of ones. */
function mulawSample(byte: number): number {
  const code = ~byte & 0xff
  const magnitude = (((code & 0x0f) << 3) + BIAS) << ((code >> 4) & 7)
  return code & 0x80 ? BIAS - magnitude : magnitude - BIAS
}

function mulawByte(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS
  const segment = Math.max(0, 24 - Math.clz32(magnitude))
  const step = (magnitude >> (segment + 3)) & 0x0f
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff
}

/** Every second bit of A-law is inverted, for the same reason; its sign bit says plus. */
function alawSample(byte: number): number {
  const code = byte ^ 0x55
  const segment = (code >> 4) & 7
  const step = ((code & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return code & 0x80 ? magnitude : -magnitude
}

function alawByte(sample: number): number {
  const magnitude = Math.min(sample < 0 ? ~sample : sample, 0x7fff)
  const segment = Math.max(0, 24 - Math.clz32(magnitude))
  const step = (magnitude >> (segment === 0 ? 4 : segment + 3)) & 0x0f
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55
}
