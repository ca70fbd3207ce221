/** A failure in the reader's words; the server's own sentence where it says more than we could. */
import { VoiceAssistError } from '../../../sdk/errors.ts'
import type { Messages } from '../messages/en.ts'

const KNOWN = [
  'unauthenticated',
  'network',
  'rate_limited',
  'internal',
  'microphone_denied',
  'microphone_missing',
  'microphone_busy',
  'microphone_failed',
  'connection_refused',
  'disconnected',
] as const

export function errorText(error: unknown, { errors }: Messages): string {
  if (!(error instanceof VoiceAssistError)) return errors.title
  const known = KNOWN.find((code) => code === error.code)
  if (known) return errors[known]
  const permission = missingPermission(error)
  if (permission) return errors.lacking(permission)
  return error.fields[0]?.detail ?? error.message
}

export const requestIdOf = (error: unknown): string | null =>
  error instanceof VoiceAssistError ? error.requestId : null

/** The permission a refusal names; null for refusals that are about something else. */
const missingPermission = ({ code, message }: VoiceAssistError): string | null =>
  code === 'forbidden' ? (/\bneeds the permission ([a-z.]+)\./.exec(message)?.[1] ?? null) : null
