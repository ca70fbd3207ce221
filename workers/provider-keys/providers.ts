/** Which secrets a provider has, and what may be shown of one. Pure. */

export const PROVIDERS = {
  openai: ['apiKey'],
  twilio: ['accountSid', 'authToken'],
  caldav: ['username', 'password'],
  webdav: ['username', 'password'],
  pagerduty: ['routingKey'],
} as const satisfies Record<string, readonly string[]>

export type Provider = keyof typeof PROVIDERS
export const NAMES = [
  'openai',
  'twilio',
  'caldav',
  'webdav',
  'pagerduty',
] as const satisfies Provider[]

/** A shorter one would be told by its end. */
const SHOWN_FROM = 12

/** The last four characters, by which its owner knows a secret again; empty for a short one. */
export const endOf = (secret: string): string =>
  secret.length >= SHOWN_FROM ? secret.slice(-4) : ''

export interface Fault {
  pointer: string
  detail: string
}

/** Every field that is missing or that the provider does not have; never anything of a value. */
export function faultsOf(provider: Provider, values: Readonly<Record<string, string>>): Fault[] {
  const wanted: readonly string[] = PROVIDERS[provider]
  const missing = wanted.filter((field) => !(field in values))
  const unknown = Object.keys(values).filter((field) => !wanted.includes(field))
  return [
    ...missing.map((field) => ({ pointer: `/values/${field}`, detail: 'is missing' })),
    ...unknown.map((field) => ({
      pointer: `/values/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      detail: `is no field of ${provider}; it has ${wanted.join(', ')}`,
    })),
  ]
}
