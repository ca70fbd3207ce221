/** How each indexing state looks, and which states a list can be narrowed to. */
import type { Document } from '../../knowledge/schemas.ts'
import type { Tone } from '../ui/status.tsx'

export const TONES: Record<Document['status'], Tone> = {
  queued: 'busy',
  parsing: 'busy',
  embedding: 'busy',
  ready: 'good',
  failed: 'bad',
  needs_ocr: 'warn',
  cancelled: 'idle',
}

/** A status out of the address bar, which may say anything. */
export function readStatus(value: string | undefined): Document['status'] | null {
  const known = Object.keys(TONES).find((status) => status === value)
  return isStatus(known) ? known : null
}

const isStatus = (value: string | undefined): value is Document['status'] =>
  value !== undefined && value in TONES

export const STATUSES = Object.keys(TONES).filter(isStatus)
