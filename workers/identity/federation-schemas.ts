/** Signing in through accounts elsewhere, as it travels over HTTP. */
import { z } from '@hono/zod-openapi'
import { isConsolePath } from './return-path.ts'

/** Those we know how to talk to; `oidc` is whatever OpenID provider the settings name. */
export const PROVIDER_IDS = ['github', 'google', 'oidc'] as const
export const ProviderId = z.enum(PROVIDER_IDS)
export type ProviderId = z.infer<typeof ProviderId>

export const ProviderList = z
  .object({
    items: z.array(z.object({ id: ProviderId, name: z.string() })),
    /** Whether nobody can sign in yet: the deployment waits for its first owner. */
    needsSetup: z.boolean(),
  })
  .openapi('ProviderList')
export type ProviderList = z.infer<typeof ProviderList>

export const FederatedSignIn = z
  .strictObject({
    /** Page of the console to arrive at, without `/console`. */
    from: z
      .string()
      .max(500)
      .refine(isConsolePath, 'must be a path of the console, such as /flags')
      .optional(),
    /** Token of an invitation, which makes an account where the address has none. */
    invitation: z.string().min(1).max(200).optional(),
  })
  .openapi('FederatedSignIn')
export type FederatedSignIn = z.infer<typeof FederatedSignIn>

/** Where to send the browser, which keeps the cookie that came along. */
export const Departure = z.object({ url: z.url() }).openapi('Departure')
export type Departure = z.infer<typeof Departure>

export const LinkedAccountList = z
  .object({
    items: z.array(
      z.object({
        provider: ProviderId,
        /** As the account is called there; null where its provider tells nothing. */
        label: z.string().nullable(),
        linkedAt: z.iso.datetime(),
      }),
    ),
  })
  .openapi('LinkedAccountList')
export type LinkedAccountList = z.infer<typeof LinkedAccountList>

/** Why nobody was signed in; the console's pages get it as `?error=`. */
export type FederationFailure =
  /** Not begun in this browser, used already, or over ten minutes ago. */
  | 'stale'
  /** Refused on the provider's page. */
  | 'cancelled'
  /** The provider cannot be reached, or what it said does not hold. */
  | 'failed'
  /** It knows no address of theirs, or has not verified it. */
  | 'unverified'
  /** Our account with this address has not verified it; link from the account page. */
  | 'link_first'
  | 'no_account'
  /** The invitation is for another address. */
  | 'other_address'
  | 'invitation_gone'
  | 'suspended'
  /** While linking: another account has it, or this one has another there; no session any more. */
  | 'linked_elsewhere'
  | 'linked_already'
  | 'signed_out'
