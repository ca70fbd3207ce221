/**
 * The two doors to the audit log. `auditEntry` goes into the batch of the change it tells of: either
 * both happen or neither. `recordAudit` is for what changes nothing, such as denials, failed sign-ins
 * and sensitive reads: it leaves through the queue, and no request waits for it.
 */
import { createHash } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import type { Client, Permission, ServiceContext } from '../../shared/context.ts'
import { newId } from '../../shared/ids.ts'
import { redactText } from '../../shared/redact.ts'
import { traceIdOf } from '../../shared/trace.ts'
import { networkOf } from './address.ts'
import { canonical } from './canonical.ts'
import { type AuditEvent, isSecurityEvent } from './events.ts'
import { AuditEntry, type AuditMessage } from './schemas.ts'

export { CHECKPOINT_TYP } from './checkpoint.ts'

/** The log of what belongs to no tenant, such as the sign-in of an unknown address. */
export const PLATFORM = '_platform'

type AuditActor =
  /** `actedBy`: who it really was, acting as the user. */
  | { type: 'user'; userId: string; sessionId?: string; actedBy?: string }
  | { type: 'key'; keyId: string }
  | { type: 'service'; clientId: string }
  | { type: 'system'; job: string }
  | { type: 'anonymous' }

/** Who, where and when. A ServiceContext has it all; before a sign-in there is no tenant or actor. */
export interface AuditSource extends Pick<ServiceContext, 'requestId' | 'traceparent' | 'now'> {
  /** Empty like none: of somebody who is in no tenant. */
  readonly tenantId?: string
  readonly actor?: AuditActor
  readonly client?: Client
}

interface AuditEnv {
  readonly AUDIT_EVENTS: { send(message: AuditMessage): Promise<unknown> }
}

export type AuditContext = AuditSource &
  Pick<ServiceContext, 'defer' | 'log'> & { readonly env: AuditEnv }

/** What the context does not say; a tenant or actor named here stands above the context's. */
export interface AuditDetails {
  resource?: { type: string; id: string }
  /** `ok` unless said otherwise. */
  outcome?: AuditEntry['outcome']
  /** For people, at most 300 characters; what looks like a secret or an address is taken out. */
  reason?: string
  /** Identifiers, numbers, yes or no: `{ role: 'editor' }`. Never text somebody wrote. */
  facts?: Record<string, string | number | boolean>
  tenantId?: string
  actor?: AuditActor
}

/** Where a request came from, as the platform says it; a header of the client's own is no proof. */
export function clientOf(headers: Headers): Client {
  const ip = headers.get('cf-connecting-ip')
  const userAgent = headers.get('user-agent')
  return { ...(ip && { ip }), ...(userAgent && { userAgent }) }
}

/**
 * A statement that appends the entry, for `tx.execute(…)`; put it last in the batch, because it
 * holds the tenant's chain until the transaction ends. Works for app_user and for auth_user.
 *
 * @throws ZodError when the details are not fit for the log, which is a bug of the caller
 */
export const auditEntry = (source: AuditSource, event: AuditEvent, details: AuditDetails): SQL =>
  sql`select ${auditColumn(source, event, details)}`

/**
 * The same as an expression, for a change that may find nothing to change: as a column of a select
 * from the changed rows it appends once per row, and so never when there is none.
 */
export function auditColumn(
  source: AuditSource,
  event: AuditEvent,
  details: AuditDetails,
): SQL<number> {
  const { at, entry } = messageOf(source, event, details)
  return sql`public.audit_append(${entry.tenant}, ${at}::timestamptz, ${canonical(entry)})`
}

/** Sends the entry on its way. Should the queue fail, the log line is what is left of it. */
export function recordAudit(ctx: AuditContext, event: AuditEvent, details: AuditDetails): void {
  const send = async () => {
    const message = messageOf(ctx, event, details)
    try {
      await ctx.env.AUDIT_EVENTS.send(message)
    } catch (error) {
      ctx.log.error('an audit entry could not be queued', { audit: message, error })
    }
  }
  ctx.defer(send())
}

/** A caller was refused at a route for want of a permission. */
export function recordDenial(
  ctx: AuditContext,
  { method, path }: { method: string; path: string },
  permission: Permission,
): void {
  const resource = { type: 'route', id: `${method} ${path}`.slice(0, 255) }
  recordAudit(ctx, 'authz.denied', {
    outcome: 'denied',
    resource,
    reason: `It needs the permission ${permission}.`,
    facts: { permission },
  })
}

function messageOf(source: AuditSource, event: AuditEvent, details: AuditDetails): AuditMessage {
  const at = source.now()
  const { requestId, traceparent, client } = source
  const { resource, outcome = 'ok', reason, facts } = details
  const entry = AuditEntry.parse({
    v: 1,
    id: newId(at),
    event,
    tenant: details.tenantId ?? (source.tenantId || PLATFORM),
    ...identityOf(details.actor ?? source.actor ?? { type: 'anonymous' }),
    resource,
    outcome,
    reason: reason && redactText(reason.toWellFormed()).slice(0, 300).toWellFormed(),
    ip: client?.ip && (isSecurityEvent(event) ? client.ip.slice(0, 64) : networkOf(client.ip)),
    ua: client?.userAgent && digestOf(client.userAgent),
    requestId,
    traceId: traceIdOf(traceparent),
    facts,
  })
  return { at: at.toISOString(), entry }
}

function identityOf(actor: AuditActor) {
  const actorType = actor.type
  switch (actor.type) {
    case 'user':
      return actor.actedBy === undefined
        ? { actorType, actor: actor.userId, sid: actor.sessionId }
        : { actorType, actor: actor.actedBy, sid: actor.sessionId, actAs: actor.userId }
    case 'key':
      return { actorType, actor: actor.keyId }
    case 'service':
      return { actorType, actor: actor.clientId }
    case 'system':
      return { actorType, actor: actor.job }
    case 'anonymous':
      return { actorType, actor: '-' }
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
