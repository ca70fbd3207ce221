/** The geometry of charts: numbers in, SVG coordinates out. Pure. */

export interface Frame {
  readonly width: number
  readonly height: number
}

/** A round number at or above `value`, so that the axis ends at one a reader can divide: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 5, 10].find((step) => step * power >= value) ?? 10
  return factor * power
}

/** Where the value of step `index` of `count` stands; the middle of its step. */
export const xOf = (index: number, count: number, { width }: Frame): number =>
  ((index + 0.5) * width) / count

const yOf = (value: number, max: number, { height }: Frame): number => height * (1 - value / max)

/** A line through the values, broken where there is none. */
export function linePath(values: readonly (number | null)[], max: number, frame: Frame): string {
  let isDrawing = false
  let path = ''
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isDrawing = false
      continue
    }
    const at = `${round(xOf(index, values.length, frame))} ${round(yOf(value, max, frame))}`
    // A point between two gaps is a line of no length, which a round cap makes visible.
    path += isDrawing ? `L${at}` : `M${at}l0 0`
    isDrawing = true
  }
  return path
}

export interface Bar {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Bars from the sum of those below them up; of nothing there is no bar. */
export function barOf(
  { index, count }: { index: number; count: number },
  { below, value }: { below: number; value: number },
  max: number,
  frame: Frame,
): Bar | null {
  if (value <= 0) return null
  const width = frame.width / count
  const top = yOf(below + value, max, frame)
  const height = yOf(below, max, frame) - top
  return { x: round(index * width + width * 0.1), y: top, width: round(width * 0.8), height }
}

const round = (value: number) => Math.round(value * 100) / 100
