/**
 * Evaluations of one environment, counted in memory between two flushes. Counting one is a look at the few
 * cells of its flag, which the flag's place in the snapshot finds: no key is made, nothing is hashed.
 */
import { type Mark, note, REGISTERS } from './units.ts'

export interface Outcome {
  /** Empty where the default in the caller's code applies. */
  readonly variant: string
  readonly reason: string
}

interface Cell extends Outcome {
  evals: number
  bulk: number
  errors: number
  sketch: Uint8Array | undefined
}

export interface Count extends Outcome {
  readonly flag: string
  readonly evals: number
  readonly bulk: number
  readonly errors: number
  /** Of units.ts; undefined where no unit was named. */
  readonly sketch: Uint8Array | undefined
}

export class Tally {
  readonly #flags: readonly string[]
  readonly #cells: (Cell[] | undefined)[] = []

  /** @param flags Names by their place in the snapshot */
  constructor(flags: readonly string[]) {
    this.#flags = flags
  }

  add(flag: number, variant: string, reason: string, mark: Mark | undefined): void {
    const cell = this.#cellOf(flag, variant, reason)
    cell.evals++
    if (mark) note((cell.sketch ??= new Uint8Array(REGISTERS)), mark)
  }

  /** In an answer to all flags. */
  addBulk(flag: number, variant: string, reason: string, mark: Mark | undefined): void {
    this.#cellOf(flag, variant, reason).bulk++
    this.add(flag, variant, reason, mark)
  }

  addError(flag: number): void {
    const cell = this.#cellOf(flag, '', 'ERROR')
    cell.evals++
    cell.errors++
  }

  /** What was counted since the last time. */
  drain(): Count[] {
    const counts = this.#cells.flatMap((cells = [], index) => {
      const flag = this.#flags[index] ?? ''
      return cells.map((cell) => ({ ...cell, flag }))
    })
    this.#cells.length = 0
    return counts
  }

  #cellOf(flag: number, variant: string, reason: string): Cell {
    const cells = (this.#cells[flag] ??= [])
    for (const cell of cells) {
      if (cell.variant === variant && cell.reason === reason) return cell
    }
    const cell = { variant, reason, evals: 0, bulk: 0, errors: 0, sketch: undefined }
    cells.push(cell)
    return cell
  }
}
