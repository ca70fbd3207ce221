/**
 * The states of an indexing run and what leads from one to the next. The statements that change a run
 * take their conditions from here (run-store.ts), so this table is the rule and not a picture of it.
 */
import type { JobStatus } from './schemas.ts'

/** Each with the states it may happen in, and the state it leads to. */
const TRANSITIONS = {
  /** A worker takes a slice, or the next worker takes it over. */
  parse: { from: ['queued', 'parsing'], to: 'parsing' },
  embed: { from: ['queued', 'parsing', 'embedding'], to: 'embedding' },
  /** A try failed for a reason that passes. */
  wait: { from: ['parsing', 'embedding'], to: 'queued' },
  finish: { from: ['parsing', 'embedding'], to: 'ready' },
  fail: { from: ['queued', 'parsing', 'embedding'], to: 'failed' },
  needOcr: { from: ['parsing'], to: 'needs_ocr' },
  /** By its owner; also what a new run does to the one before it. */
  cancel: { from: ['queued', 'parsing', 'embedding'], to: 'cancelled' },
  /** A dead letter is sent again: the run goes on where it stopped. */
  replay: { from: ['failed'], to: 'queued' },
} as const satisfies Record<string, { from: readonly JobStatus[]; to: JobStatus }>

export type RunEvent = keyof typeof TRANSITIONS

/** The states an event may happen in. */
export const statesBefore = (event: RunEvent): readonly JobStatus[] => TRANSITIONS[event].from

/** The state an event leads to. */
export const stateAfter = (event: RunEvent): JobStatus => TRANSITIONS[event].to

/** @returns the next state; undefined when the event is refused there and changes nothing */
export function next(status: JobStatus, event: RunEvent): JobStatus | undefined {
  return statesBefore(event).includes(status) ? stateAfter(event) : undefined
}
