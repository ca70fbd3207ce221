/**
 * How much of what costs anything a caller and a tenant may use: the one place with these numbers.
 * Which plan a tenant has its token says, or else the setting RATE_PLAN. Cheap routes (reads, flag
 * evaluation) are in no plan: only the flood limit per address is in front of them.
 */

/** So many requests in any such span. */
export interface Rate {
  limit: number
  windowSeconds: number
}

export interface PlanRow {
  /** One user, or whoever else holds the credential. */
  caller: Rate
  /** All callers of a tenant together. */
  tenant: Rate
}

const perMinute = (limit: number): Rate => ({ limit, windowSeconds: 60 })

export const PLANS = {
  standard: {
    ask: { caller: perMinute(60), tenant: perMinute(600) },
    // A page that comes back to its session after a lost connection counts each time.
    'voice.start': { caller: perMinute(30), tenant: perMinute(300) },
    upload: { caller: perMinute(600), tenant: perMinute(1200) },
    'admin.write': { caller: perMinute(600), tenant: perMinute(3000) },
  },
  large: {
    ask: { caller: perMinute(300), tenant: perMinute(6000) },
    'voice.start': { caller: perMinute(60), tenant: perMinute(1000) },
    upload: { caller: perMinute(1200), tenant: perMinute(6000) },
    'admin.write': { caller: perMinute(1200), tenant: perMinute(12_000) },
  },
} as const satisfies Record<string, Record<string, PlanRow>>

export type Plan = keyof typeof PLANS
/** What a plan says something about. */
export type Metered = keyof (typeof PLANS)['standard']

/**
 * Sign-ups, resets and uses of mailed links from one address. Each costs a hash or a mail, and an
 * office that starts together is behind one address.
 */
export const ACCOUNT: Rate = { limit: 30, windowSeconds: 600 }

/**
 * Requests from one address, at one Cloudflare location, before anything else is looked at. One
 * address may be a whole office, or a server that asks for its flags one by one: neither is a flood.
 */
export const FLOOD: Rate = { limit: 1000, windowSeconds: 10 }

/** Reports of browsers from one address, likewise: a tab sends a dozen a minute while it is used. */
export const RUM: Rate = { limit: 120, windowSeconds: 60 }
