/** What the page Costs keeps in its address, and what it asks the server for by it. Pure. */
import type { Property, ProviderCall, UsageFilter } from '../../usage/report-schemas.ts'

/** What sums are made by; tenants are for those who run the platform. */
export const GROUPS = ['model', 'purpose', 'user', 'key', 'endpoint', 'query', 'tenant'] as const
export type CostGroup = (typeof GROUPS)[number]

export interface CostsSearch {
  by?: CostGroup
  /** Days (UTC), as in 2026-11-26. */
  from?: string
  to?: string
  user?: string
  key?: string
  model?: string
  purpose?: string
  endpoint?: string
  query?: string
}

/** What calls are made for, in the order they are offered. */
export const PURPOSES = [
  'answer',
  'assist',
  'embed_query',
  'embed_document',
  'embed_text',
  'transcribe',
  'speak',
] as const satisfies readonly ProviderCall['purpose'][]

const FILTERS = ['user', 'key', 'model', 'purpose', 'endpoint', 'query'] as const

const DAY_MS = 86_400_000
/** Days shown when the address names none; today is the last. */
const USUAL_DAYS = 30

/** @param now Milliseconds since 1970 */
export function costRange({ from, to }: CostsSearch, now: number): { from: string; to: string } {
  const last = to ?? dayOf(now)
  return { from: from ?? dayOf(Date.parse(last) - (USUAL_DAYS - 1) * DAY_MS), to: last }
}

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** The filters of the address; a purpose that is none is left out. */
export function costFilter(search: CostsSearch): UsageFilter {
  const { purpose, ...rest } = search
  const known = PURPOSES.find((each) => each === purpose)
  const texts = FILTERS.flatMap((name) => {
    const value = name === 'purpose' ? undefined : rest[name]
    return value ? [[name, value] as const] : []
  })
  return { ...Object.fromEntries(texts), ...(known && { purpose: known }) }
}

/** Filters that are set, in a fixed order. */
export const setFilters = (search: CostsSearch): { name: Property; value: string }[] =>
  Object.entries(costFilter(search)).flatMap(([name, value]) => {
    const property = FILTERS.find((known) => known === name)
    return property && value ? [{ name: property, value }] : []
  })

/** A part per group and a number for each day of the range, also for those without any. */
export function everyDay(
  days: readonly { day: string; microDollars: readonly number[] }[],
  { from, to }: { from: string; to: string },
  parts: number,
): { times: string[]; columns: (readonly number[])[] } {
  const known = new Map(days.map(({ day, microDollars }) => [day, microDollars]))
  const nothing = Array.from({ length: parts }, () => 0)
  const times: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) {
    times.push(new Date(at).toISOString())
  }
  return { times, columns: times.map((at) => known.get(at.slice(0, 10)) ?? nothing) }
}

/** Dollars as somebody types them, into whole micro-dollars; null for none. */
export const toMicroDollars = (text: string): number | null =>
  text.trim() === '' ? null : Math.round(Number(text) * 1_000_000)

export const toDollars = (microDollars: number | null): string =>
  microDollars === null ? '' : String(microDollars / 1_000_000)
