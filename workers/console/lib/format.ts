/** Numbers and dates in the reader's language; formatters are kept, making one costs ~50 µs. */

const formatters = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()

function cached<F extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, make: () => F): F {
  const known = formatters.get(key)
  // The key names the maker, so a formatter found under it is of the maker's type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  if (known) return known as F
  const made = make()
  formatters.set(key, made)
  return made
}

const isSameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString()

/** The time today, the date before; in the reader's zone. */
export function formatWhen(iso: string, locale: string, now = new Date()): string {
  const at = new Date(iso)
  if (isSameDay(at, now)) return formatTime(at, locale)
  const make = () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  return cached(`date ${locale}`, make).format(at)
}

/** Day and time to the second; in the reader's zone. */
export function formatMoment(iso: string, locale: string): string {
  const options = { dateStyle: 'short', timeStyle: 'medium' } as const
  const make = () => new Intl.DateTimeFormat(locale, options)
  return cached(`moment ${locale}`, make).format(new Date(iso))
}

/** A day of UTC, as in 2026-11-26 or with its time, whatever the reader's zone. */
export function formatDay(iso: string, locale: string): string {
  const options = { dateStyle: 'medium', timeZone: 'UTC' } as const
  const make = () => new Intl.DateTimeFormat(locale, options)
  return cached(`day ${locale}`, make).format(new Date(iso))
}

/** Day and minute; in the reader's zone. */
export function formatDeadline(iso: string, locale: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'short' } as const
  const make = () => new Intl.DateTimeFormat(locale, options)
  return cached(`deadline ${locale}`, make).format(new Date(iso))
}

export function formatTime(at: Date, locale: string): string {
  const make = () => new Intl.DateTimeFormat(locale, { timeStyle: 'short' })
  return cached(`time ${locale}`, make).format(at)
}

/** Bytes with the prefix people expect: 1 kB is 1000 bytes, as file managers show it. */
export function formatBytes(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const power = Math.min(3, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const unit = units[power] ?? 'byte'
  const unitDisplay = power === 0 ? 'long' : 'short'
  const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 } as const
  const make = () => new Intl.NumberFormat(locale, options)
  return cached(`${unit} ${locale}`, make).format(bytes / 1000 ** power)
}

/** Milliseconds below a second, seconds above. */
export function formatDuration(ms: number, locale: string): string {
  const unit = ms < 1_000 ? 'millisecond' : 'second'
  const options = { style: 'unit', unit, maximumFractionDigits: ms < 1_000 ? 0 : 1 } as const
  const make = () => new Intl.NumberFormat(locale, options)
  return cached(`${unit} ${locale}`, make).format(ms < 1_000 ? ms : ms / 1_000)
}

/** A score between -1 and 1 to three places; a dash where there is none. */
export function formatScore(score: number | null | undefined, locale: string): string {
  if (score === null || score === undefined) return '–'
  const options = { minimumFractionDigits: 3, maximumFractionDigits: 3 } as const
  const make = () => new Intl.NumberFormat(locale, options)
  return cached(`score ${locale}`, make).format(score)
}

/** Millionths of a dollar to the cent; below a cent to as many places as tell something. */
export function formatDollars(microDollars: number, locale: string): string {
  const isSmall = microDollars > 0 && microDollars < 10_000
  const digits = isSmall ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 2 }
  const options = { style: 'currency', currency: 'USD', ...digits } as const
  const make = () => new Intl.NumberFormat(locale, options)
  return cached(`dollars ${isSmall} ${locale}`, make).format(microDollars / 1_000_000)
}
