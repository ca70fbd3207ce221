/**
 * Which limits a request meets, and what its answer says about them. Pure: counting is
 * limit-client.ts, the numbers are plans.ts and two settings.
 */
import { ACCOUNT, type Metered, type Plan, PLANS, type Rate } from './plans.ts'

/**
 * Kinds of requests that are counted. Those beyond a plan's have their rate from a setting:
 * `key.create`, `access.change` (who may what: members, invitations, roles, tenants, the end of a
 * key) and `stranger` (administration without a valid token) from ADMIN_RATE_LIMIT, `telephony` from
 * TWILIO_RATE_LIMIT. `account` is signing up and recovery.
 */
export type LimitName =
  | Metered
  | 'key.create'
  | 'access.change'
  | 'stranger'
  | 'account'
  | 'telephony'

/** Whom a count is for. `address` is an IP address or network, `number` a telephone's. */
export interface Subjects {
  caller?: string
  tenant?: string
  address?: string
  number?: string
}

type Subject = keyof Subjects

export interface Rule extends Rate {
  /** As it stands in the RateLimit headers. */
  name: string
  /** The key of the count is the two with a colon between. */
  scope: string
  id: string
  subject: Subject
}

export interface LimitSettings {
  readonly RATE_PLAN: string
  readonly ADMIN_RATE_LIMIT: string
  readonly TWILIO_RATE_LIMIT: string
}

/** What is refused while nobody can count: what would let a stranger in, or make a credential. */
const CLOSED_WHEN_DOWN: ReadonlySet<LimitName> = new Set(['key.create', 'account', 'telephony'])

export const isClosedWhenDown = (name: LimitName): boolean => CLOSED_WHEN_DOWN.has(name)

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const

/** `20/minute` as a rate. @throws Error for text that shared/settings.ts would not let through */
export function parseRate(text: string): Rate {
  const [, limit = '', unit = ''] = /^(\d+)\/(second|minute|hour|day)$/.exec(text) ?? []
  const windowSeconds = Object.entries(SECONDS).find(([name]) => name === unit)?.[1]
  if (!windowSeconds || Number(limit) === 0) throw new Error(`No rate: ${text}`)
  return { limit: Number(limit), windowSeconds }
}

/** One rule per subject that is known and that the limit is about; most specific first. */
export function rulesOf(name: LimitName, settings: LimitSettings, subjects: Subjects): Rule[] {
  return ratesOf(name, settings).flatMap(([subject, rate]) => {
    const id = subjects[subject]
    if (!id) return []
    // The tenant comes first, as in every key that holds something of a tenant.
    const owner = subjects.tenant ? `${subjects.tenant}:` : ''
    const scope = `${owner}limit:${name}:${subject}`
    return [{ ...rate, name: `${name}-${subject}`, scope, id, subject }]
  })
}

function ratesOf(name: LimitName, settings: LimitSettings): [Subject, Rate][] {
  switch (name) {
    case 'key.create':
    case 'access.change':
      return [['caller', parseRate(settings.ADMIN_RATE_LIMIT)]]
    case 'stranger':
      return [['address', parseRate(settings.ADMIN_RATE_LIMIT)]]
    case 'account':
      return [['address', ACCOUNT]]
    case 'telephony':
      return [['number', parseRate(settings.TWILIO_RATE_LIMIT)]]
    case 'ask':
    case 'voice.start':
    case 'upload':
    case 'admin.write': {
      const plan = planOf(settings)
      if (!plan) return []
      const { caller, tenant } = PLANS[plan][name]
      return [
        ['caller', caller],
        ['tenant', tenant],
      ]
    }
  }
}

/** Undefined where nobody is to be counted: a deployment of one's own, with one tenant. */
function planOf({ RATE_PLAN: plan }: LimitSettings): Plan | undefined {
  if (plan === 'unmetered') return undefined
  return plan === 'large' ? plan : 'standard'
}

/** How a rule stands after a request was counted. */
export interface Standing {
  rule: Rule
  allowed: boolean
  remaining: number
  /** Whole seconds until the count begins anew; at least 1. */
  resetSeconds: number
}

/** The standing that refuses for longest, or undefined when all of them let the request in. */
export function refusalOf(standings: readonly Standing[]): Standing | undefined {
  const refusing = standings.filter(({ allowed }) => !allowed)
  return refusing.toSorted((a, b) => b.resetSeconds - a.resetSeconds)[0]
}

/**
 * `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10, each rule by its
 * name; and the three older fields, which know one rule only: the one with least left.
 */
export function headersOf(standings: readonly Standing[]): Record<string, string> {
  const [least] = standings.toSorted((a, b) => a.remaining - b.remaining)
  if (!least) return {}
  const policy = ({ rule }: Standing) => `"${rule.name}";q=${rule.limit};w=${rule.windowSeconds}`
  const state = ({ rule, remaining, resetSeconds }: Standing) =>
    `"${rule.name}";r=${remaining};t=${resetSeconds}`
  return {
    'ratelimit-policy': standings.map(policy).join(', '),
    ratelimit: standings.map(state).join(', '),
    'ratelimit-limit': String(least.rule.limit),
    'ratelimit-remaining': String(least.remaining),
    'ratelimit-reset': String(least.resetSeconds),
  }
}

/** For the caller to read. */
export function describeRefusal({ rule, resetSeconds }: Standing): string {
  const span = rule.windowSeconds === 60 ? 'a minute' : `in ${rule.windowSeconds} s`
  return `At most ${rule.limit} of these requests ${span}; try again in ${resetSeconds} s.`
}
