/**
 * The service context: who is asking, for which tenant, when, and the few effects every service
 * may use. Built per request, queue message, cron tick or voice effect; passed first.
 *
 * It holds no client and no settings. A feature that needs bindings says which, by asking for
 * `WithEnv<…>` of them; the Worker's own builder (workers/*-context.ts) brings them along.
 */
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'

/** Append only. Roles grant them (workers/identity/roles.ts); routes ask through `secured`. */
export const PERMISSIONS = [
  'flag.read',
  'flag.write',
  'flag.evaluate',
  'kb.read',
  'kb.write',
  'kb.delete',
  'rag.query',
  'voice.start',
  'member.read',
  'member.manage',
  'role.manage',
  'key.manage',
  'audit.read',
  'audit.export',
  'tenant.update',
  'tenant.delete',
  'phi.read',
  'admin.platform',
  'usage.read',
  'budget.manage',
  'reservation.read',
  'reservation.manage',
  'assistant.manage',
  'conversation.read',
  'voice.supervise',
  'voice.recording',
] as const
export type Permission = (typeof PERMISSIONS)[number]

/**
 * What an access token alone does not prove: the session and its role are looked up each time, so
 * a revoked one is refused at once (OWASP ASVS 5.0, 7.4.1 and 8.3.2).
 */
export const FRESH: ReadonlySet<Permission> = new Set([
  'role.manage',
  'key.manage',
  'tenant.delete',
  'phi.read',
  'admin.platform',
  'conversation.read',
  'voice.recording',
])

/**
 * What no API key may do, whoever makes it: a key in the wrong hands must not be able to make itself
 * at home. A person does these.
 */
export const PERSONAL: ReadonlySet<Permission> = new Set([
  'role.manage',
  'key.manage',
  'tenant.delete',
  'admin.platform',
])

/**
 * What nobody gets by acting as somebody else, whatever that person may do: rights that would outlast
 * the session, and what was entrusted to the person alone.
 */
export const WITHHELD: ReadonlySet<Permission> = new Set([
  'member.manage',
  'role.manage',
  'key.manage',
  'tenant.delete',
  'phi.read',
  'admin.platform',
  'conversation.read',
  'voice.recording',
])

export type Actor =
  | {
      type: 'user'
      userId: string
      sessionId: string
      permissions: ReadonlySet<string>
      /** Who runs the platform and acts as this user (RFC 8693, section 4.1); absent for oneself. */
      actedBy?: string
      /** An application that acts for the user, within these permissions; not the user themselves. */
      clientId?: string
    }
  /** A program with an API key, or a service with its token; its permissions are their scopes. */
  | {
      type: 'key'
      keyId: string
      /** Whose flags an API key reads; absent where nothing says so: the default. */
      environment?: string
      permissions: ReadonlySet<string>
    }
  | { type: 'system'; job: string }

/** Where a request came from; for the audit log alone. */
export interface Client {
  ip?: string
  userAgent?: string
}

export interface ServiceContext {
  readonly tenantId: string
  readonly actor: Actor
  /** The tenant's own plan, as the credential says; absent means the deployment's. */
  readonly plan?: string
  /** Absent where no client asked: in queues and schedules. */
  readonly client?: Client
  readonly requestId: string
  /** W3C trace context of this work; every outbound call and queue message carries it on. */
  readonly traceparent: string
  /** The route the work came in by, as `POST /api/ask`; absent in queues and schedules. */
  readonly endpoint?: string
  /** Current time. Services never call `Date.now()`, so tests can hold the clock. */
  readonly now: () => Date
  /** Lets work outlive the response. Its failure is logged and reaches no caller. */
  readonly defer: (work: Promise<unknown>) => void
  readonly log: Log
  readonly metrics: Metrics
}

/** A context that also carries the bindings a feature names, and no others it could see. */
export type WithEnv<Env> = ServiceContext & { readonly env: Env }

export type Caller = Pick<ServiceContext, 'tenantId' | 'actor' | 'plan'>

/** What only the entry knows. `waitUntil` is the platform's: of the request or of the object. */
export interface Origin extends Caller {
  requestId: string
  traceparent: string
  client?: Client
  endpoint?: string
  waitUntil: (work: Promise<unknown>) => void
}

/** Who acts, as log lines name them. */
export function actorFields(actor: Actor): { user_id?: string; api_key_id?: string } {
  if (actor.type === 'user') return { user_id: actor.userId }
  return actor.type === 'key' ? { api_key_id: actor.keyId } : {}
}

/** Whose a thing is that they make; what no person and no key made belongs to its job. */
export function ownerOf(actor: Actor): { userId: string | null; keyId: string | null } {
  switch (actor.type) {
    case 'user':
      return { userId: actor.userId, keyId: null }
    case 'key':
      return { userId: null, keyId: actor.keyId }
    case 'system':
      return { userId: null, keyId: actor.job }
  }
}

/** Connects to nothing and parses nothing, so it may be built for every effect. */
export function createContext<Env>(
  env: Env,
  { log, metrics }: Pick<ServiceContext, 'log' | 'metrics'>,
  origin: Origin,
): WithEnv<Env> {
  const { tenantId, actor, plan, endpoint, requestId, traceparent, client = {} } = origin
  const bound = log.with({ tenant_id: tenantId, request_id: requestId, ...actorFields(actor) })
  /** The platform gets the work itself, so it counts a failure, and a test that waits fails. */
  const defer = (work: Promise<unknown>) => {
    work.catch((error: unknown) => bound.error('deferred work failed', { error }))
    origin.waitUntil(work)
  }
  const now = () => new Date()
  const asked = { tenantId, actor, client, requestId, traceparent }
  const known = { ...(plan !== undefined && { plan }), ...(endpoint !== undefined && { endpoint }) }
  return { ...asked, ...known, now, defer, log: bound, metrics, env }
}
