/** Redis replies as the JSON of the Upstash REST API. Pure. */
import type { Reply } from './resp.ts'

export type Outcome = { result: unknown } | { error: string }

/**
 * `{result}` or `{error}`.
 *
 * With `base64` every string is encoded, simple or bulk, except an `OK` that is the whole result:
 * the client leaves that one alone, yet decodes an `OK` within an array.
 */
export function outcomeOf(reply: Reply, base64: boolean): Outcome {
  if (reply.type === 'error') return { error: reply.message }
  if (reply.type === 'simple' && reply.text === 'OK') return { result: 'OK' }
  return { result: valueOf(reply, base64) }
}

function valueOf(reply: Reply, base64: boolean): unknown {
  switch (reply.type) {
    case 'null':
      return null
    case 'integer':
      return reply.value
    case 'array':
      return reply.items.map((item) => valueOf(item, base64))
    case 'bulk':
      return reply.bytes.toString(base64 ? 'base64' : 'utf8')
    case 'simple':
      return base64 ? Buffer.from(reply.text).toString('base64') : reply.text
    case 'error':
      return base64 ? Buffer.from(reply.message).toString('base64') : reply.message
  }
}
