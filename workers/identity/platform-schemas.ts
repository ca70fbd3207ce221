/** Accounts as those who run the platform see them, and acting as somebody else, over HTTP. */
import { z } from '@hono/zod-openapi'
import { PlanName } from '../limits/schemas.ts'
import { Email } from './schemas.ts'

const Id = z.string().min(1).max(64)
const time = () => z.iso.datetime()

/** Goes into the audit log, redacted; so it is for people, and short. */
const Reason = z.string().trim().min(3).max(300).openapi({ example: 'Support ticket 4711' })

export const AccountQuery = z.object({ email: Email })

export const TenantPlan = z
  .strictObject({
    /** Null for what the deployment says. */
    plan: PlanName.nullable(),
  })
  .openapi('TenantPlan')
export type TenantPlan = z.infer<typeof TenantPlan>

const Ban = z
  .object({
    reason: z.string(),
    bannedAt: time(),
    /** Null for good. One that is over is shown until it is lifted or the account banned anew. */
    expiresAt: time().nullable(),
  })
  .openapi('Ban')

export const Account = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    createdAt: time(),
    isPlatform: z.boolean(),
    tenants: z.array(z.object({ id: z.string(), role: z.string() })),
    ban: Ban.nullable(),
  })
  .openapi('Account')
export type Account = z.infer<typeof Account>

export const AccountList = z.object({ items: z.array(Account) }).openapi('AccountList')
export type AccountList = z.infer<typeof AccountList>

export const NewBan = z
  .strictObject({
    reason: Reason,
    /** When it ends by itself; left out for good. */
    expiresAt: time().optional(),
  })
  .openapi('NewBan')
export type NewBan = z.infer<typeof NewBan>

export const NewImpersonation = z
  .strictObject({
    userId: Id,
    /** The one of the user's tenants to act in. */
    tenantId: Id,
    reason: Reason,
  })
  .openapi('NewImpersonation')
export type NewImpersonation = z.infer<typeof NewImpersonation>
