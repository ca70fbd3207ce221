/**
 * A failure as it leaves the Worker it happened in: plain data, already without anything personal or
 * secret (redact.ts). Ids and tags stay as they are, so that a report can be found by them. Pure.
 */
import { createHash } from 'node:crypto'
import { redact, redactText } from './redact.ts'

type Scalar = string | number | boolean

/** One step on the way to the failure: a line of the log. */
export interface Breadcrumb {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly data: Readonly<Record<string, Scalar>>
}

export interface ErrorReport {
  /** Also the event's id at Sentry, where a report that comes twice counts once. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly message: string
  /** The thrown value, then its causes; empty when nothing was thrown. */
  readonly exceptions: readonly { type: string; value: string; stack: string }[]
  readonly tags: Readonly<Record<string, string>>
  readonly extra: Readonly<Record<string, Scalar>>
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly request?:
    | { method: string; url: string; query: string; headers: Readonly<Record<string, string>> }
    | undefined
}

export interface Failure {
  id: string
  at: number
  message: string
  /** Undefined when nothing was thrown. */
  error: unknown
  /** Fields of the log and of the line. */
  fields: Readonly<Record<string, unknown>>
  breadcrumbs: readonly Breadcrumb[]
  request?: Pick<Request, 'method' | 'url' | 'headers'> | undefined
}

/** What a report is found by; the rest of a line's fields is only shown with it. */
const TAGS = ['queue', 'job', 'request_id', 'trace_id', 'call_id'] as const

/** Headers that say nothing of who is asking. */
const HEADERS = ['cf-ray', 'content-length', 'content-type', 'user-agent'] as const

/** A queue's message holds 128 KB: five of the longest exceptions and all breadcrumbs fit. */
const MAX = { text: 1000, stack: 8000, exceptions: 5, fields: 20 }

export function reportOf(failure: Failure): ErrorReport {
  const { id, at, message, error, fields, breadcrumbs, request } = failure
  return {
    id,
    at,
    message: clean(message),
    exceptions: error === undefined ? [] : exceptionsOf(error),
    tags: tagsOf(fields),
    extra: dataOf(fields),
    breadcrumbs: breadcrumbs.map((crumb) => ({ ...crumb, message: clean(crumb.message) })),
    ...(request && { request: requestOf(request) }),
  }
}

/** A tenant as reports name it: the same one always alike, and nobody outside knows which it is. */
export const tenantHash = (tenantId: string): string =>
  createHash('sha256').update(tenantId).digest('hex').slice(0, 16)

const clean = (text: string, length = MAX.text) => redactText(text.slice(0, length))

function exceptionsOf(thrown: unknown, depth = 1): ErrorReport['exceptions'] {
  if (!(thrown instanceof Error)) {
    return [{ type: 'Thrown', value: clean(textOf(thrown)), stack: '' }]
  }
  const { name, message, stack = '', cause } = thrown
  const own = { type: name, value: clean(message), stack: clean(stack, MAX.stack) }
  if (!(cause instanceof Error) || depth === MAX.exceptions) return [own]
  return [own, ...exceptionsOf(cause, depth + 1)]
}

const textOf = (thrown: unknown) =>
  typeof thrown === 'string' ? thrown : `a value of type ${typeof thrown}`

function tagsOf(fields: Failure['fields']): Record<string, string> {
  const { worker, tenant_id: tenantId } = fields
  const tags: Record<string, string> = {}
  if (typeof worker === 'string') tags['service'] = worker
  if (typeof tenantId === 'string' && tenantId) tags['tenant'] = tenantHash(tenantId)
  for (const name of TAGS) {
    const value = fields[name]
    if (typeof value === 'string' && value) tags[name] = value.slice(0, 200)
  }
  return tags
}

/** Told in another way, or not at all: who it happened to is the log's to know. */
const TOLD: ReadonlySet<string> = new Set([
  'worker',
  'tenant_id',
  'user_id',
  'api_key_id',
  'error',
  ...TAGS,
])

/** Single values only: of an object nobody knows what it may hold. */
export function dataOf(fields: Failure['fields']): Record<string, Scalar> {
  const data: Record<string, Scalar> = {}
  for (const [name, value] of Object.entries(fields).slice(0, MAX.fields)) {
    if (TOLD.has(name)) continue
    const shown = redact(name, typeof value === 'string' ? value.slice(0, MAX.text) : value)
    if (typeof shown === 'string' || typeof shown === 'boolean' || typeof shown === 'number') {
      data[name] = shown
    }
  }
  return data
}

function requestOf({ method, url, headers }: NonNullable<Failure['request']>) {
  const [address = '', query = ''] = url.split('?', 2)
  const allowed = HEADERS.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, clean(value)] as const]
  })
  return {
    method,
    url: clean(address),
    // With its mark, by which the redaction knows the first name for one.
    query: clean(`?${query}`).slice(1),
    headers: Object.fromEntries(allowed),
  }
}
