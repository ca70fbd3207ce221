/**
 * A mail on its way: what the queue `mail` carries. Who sends one names a template and its data;
 * words, layout and delivery are this feature's.
 */
import { z } from 'zod'

export const LOCALES = ['en', 'ru'] as const
export type Locale = (typeof LOCALES)[number]

/** A page of ours whose fragment holds a secret: a fragment is sent to no server and no log. */
const Link = z.url({ protocol: /^https?$/ })
const Text = z.string().max(500)
const MicroDollars = z.int().min(0)
const Percent = z.int().min(0).max(100)

/** What each template needs to know. */
export const MAILS = {
  /** Proves that an address is its owner's; also ends a sign-up. */
  'verify-email': z.strictObject({ url: Link, name: Text }),
  /** To who asked to sign up with an address that has an account. */
  'account-exists': z.strictObject({ url: Link, name: Text }),
  'reset-password': z.strictObject({ url: Link, name: Text }),
  invitation: z.strictObject({ url: Link, organization: Text, inviter: Text }),
  /** Tells of a change whoever might not have made it. */
  'security-notice': z.strictObject({
    change: z.enum([
      'password',
      'email',
      'two_factor_on',
      'two_factor_off',
      'backup_codes',
      'passkey_added',
      'passkey_removed',
      'login_linked',
      'login_unlinked',
    ]),
    name: Text,
    url: Link,
    /** RFC 3339. */
    at: z.iso.datetime(),
  }),
  /** To those who run the platform: a tenant's audit log is not what was written. */
  'audit-alert': z.strictObject({ tenant: Text, fault: Text, url: Link }),
  /** To those who may change a budget: a share of it is spent. */
  'budget-alert': z.strictObject({
    organization: Text,
    limit: z.enum(['daily', 'monthly']),
    percent: Percent,
    spent: MicroDollars,
    of: MicroDollars,
    url: Link,
  }),
  /** To the same: an hour cost far more than it usually does. */
  'cost-anomaly': z.strictObject({
    organization: Text,
    /** When it began. */
    at: z.iso.datetime(),
    spent: MicroDollars,
    usual: MicroDollars,
    url: Link,
  }),
  /** To those who run the platform: a provider does not take the deployment's key. */
  'provider-alert': z.strictObject({ provider: Text, url: Link }),
} as const

export type Template = keyof typeof MAILS
export type MailData<T extends Template> = z.infer<(typeof MAILS)[T]>

const common = {
  /** Sent along, so that a mail delivered twice can be told. */
  id: z.string().min(1),
  to: z.email(),
  locale: z.enum(LOCALES),
  requestId: z.string(),
  traceparent: z.string(),
}

const messageOf = <T extends Template>(template: T) =>
  z.strictObject({ ...common, template: z.literal(template), data: MAILS[template] })

export const MailMessage = z.discriminatedUnion('template', [
  messageOf('verify-email'),
  messageOf('account-exists'),
  messageOf('reset-password'),
  messageOf('invitation'),
  messageOf('security-notice'),
  messageOf('audit-alert'),
  messageOf('budget-alert'),
  messageOf('cost-anomaly'),
  messageOf('provider-alert'),
])
export type MailMessage = z.infer<typeof MailMessage>
