/**
 * A high-pass of second order (Butterworth, 120 Hz; R. Bristow-Johnson, "Audio EQ cookbook"): takes 15 dB off
 * the hum of the mains and leaves voices as they are. Pure but for what it remembers of the samples before.
 */
import { SAMPLE_RATE } from './limits.ts'

const CUTOFF_HZ = 120

/** Butterworth: as flat as it gets above the cutoff. */
const QUALITY = Math.SQRT1_2

const ANGLE = (2 * Math.PI * CUTOFF_HZ) / SAMPLE_RATE
const ALPHA = Math.sin(ANGLE) / (2 * QUALITY)
const SCALE = 1 / (1 + ALPHA)
const B0 = ((1 + Math.cos(ANGLE)) / 2) * SCALE
const A1 = -2 * Math.cos(ANGLE) * SCALE
const A2 = (1 - ALPHA) * SCALE

/**
 * One session's filter.
 *
 * @returns what is left of samples, which follow those given before; valid until the next call
 */
export function createHighPass(): (samples: Int16Array) => Float32Array {
  let left = new Float32Array(0)
  let [in1, in2, out1, out2] = [0, 0, 0, 0]
  return (samples) => {
    if (left.length !== samples.length) left = new Float32Array(samples.length)
    for (let at = 0; at < samples.length; at++) {
      const sample = samples[at] ?? 0
      const out = B0 * (sample - 2 * in1 + in2) - A1 * out1 - A2 * out2
      in2 = in1
      in1 = sample
      out2 = out1
      out1 = out
      left[at] = out
    }
    return left
  }
}
