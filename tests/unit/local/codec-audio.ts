/** What audio goes through on its way: telephone lines, noise, loss, echo. Seeded, repeatable. */

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** White noise of the same length, so loud that the voice has `snrDb` against it. */
export function addNoise(samples: Int16Array, snrDb: number, random: () => number): Int16Array {
  const deviation = Math.sqrt(meanPower(samples) / 10 ** (snrDb / 10))
  return samples.map((sample) => clip(sample + deviation * gaussian(random)))
}

/** Noise in an otherwise silent line. */
export function noise(length: number, deviation: number, random: () => number): Int16Array {
  return Int16Array.from({ length }, () => clip(deviation * gaussian(random)))
}

export function amplify(samples: Int16Array, gain: number): Int16Array {
  return samples.map((sample) => clip(sample * gain))
}

export function delay(samples: Int16Array, by: number): Int16Array {
  const delayed = new Int16Array(samples.length + by)
  delayed.set(samples, by)
  return delayed
}

export function mix(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, index) => clip(sample + (other[index] ?? 0)))
}

/** Zeroes each 20 ms frame with the given probability. */
export function loseFrames(
  samples: Int16Array,
  sampleRate: number,
  probability: number,
  random: () => number,
): Int16Array {
  const frame = sampleRate / 50
  const left = samples.slice()
  for (let at = 0; at < left.length; at += frame) {
    if (random() < probability) left.fill(0, at, at + frame)
  }
  return left
}

/** 24 kHz to 8 kHz, mu-law and back, 8 kHz to 24 kHz: one leg of a telephone call. */
export function overTelephone(samples: Int16Array): Int16Array {
  const narrow = Int16Array.from({ length: Math.floor(samples.length / 3) }, (_, index) => {
    const [a = 0, b = 0, c = 0] = samples.subarray(index * 3, index * 3 + 3)
    return decodeMuLaw(encodeMuLaw(Math.round((a + b + c) / 3)))
  })
  return Int16Array.from({ length: narrow.length * 3 }, (_, index) => {
    const from = Math.floor(index / 3)
    const [a = 0, b = a] = narrow.subarray(from, from + 2)
    return Math.round(a + ((b - a) * (index % 3)) / 3)
  })
}

/** Every third sample, without any filter. */
export function decimateNaively(samples: Int16Array): Int16Array {
  return Int16Array.from({ length: Math.floor(samples.length / 3) }, (_, i) => samples[i * 3] ?? 0)
}

/** ITU-T G.711, bias 132. */
function encodeMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132
  const exponent = 31 - Math.clz32(magnitude) - 7
  const mantissa = (magnitude >> (exponent + 3)) & 15
  return ~(sign | (exponent << 4) | mantissa) & 0xff
}

function decodeMuLaw(code: number): number {
  const bits = ~code
  const magnitude = ((((bits & 15) << 3) + 132) << ((bits >> 4) & 7)) - 132
  return bits & 0x80 ? -magnitude : magnitude
}

function meanPower(samples: Int16Array): number {
  return samples.reduce((total, sample) => total + sample * sample, 0) / samples.length
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function clip(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample)))
}
