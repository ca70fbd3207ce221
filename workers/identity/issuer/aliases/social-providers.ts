/**
 * What better-auth's list of thirty-six providers is in the bundle ([alias] in wrangler.identity.toml):
 * empty. better-auth keeps sessions here and serves no path; signing in with another account is ours
 * (issuer/federation.ts).
 */
import { z } from '@hono/zod-openapi'

export const socialProviders = {}
export const SocialProviderListEnum = z.string()
