/** Tenants, their members, invitations and roles, as they travel over HTTP. */
import { z } from '@hono/zod-openapi'
import { PERMISSIONS } from '../../shared/context.ts'
import { ROLES } from './roles.ts'
import { Email, Name, Password } from './schemas.ts'

/** Of users and tenants; both are UUIDs of ours, but nothing here depends on it. */
const Id = z.string().min(1).max(64)
const time = () => z.iso.datetime()

const ROLE_NAME = /^[a-z][a-z0-9-]{1,49}$/
const RoleName = z
  .string()
  .regex(ROLE_NAME, 'must have 2 to 50 of a-z, 0-9 and dash, and start with a letter')
  .openapi({ example: 'support-lead' })

/** What a role of a tenant's own can grant: everything but running the platform. */
const Grantable = z
  .enum(PERMISSIONS)
  .refine((name) => name !== 'admin.platform', 'is never part of a tenant’s role')

export const IdParam = z.object({ id: Id })
export const RoleParam = z.object({ name: RoleName })

/** Pages run in the order of ids; `cursor` is the `nextCursor` of the page before. */
export const IdPageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: Id.optional(),
})
export type IdPageQuery = z.infer<typeof IdPageQuery>

export const TenantSummary = z
  .object({ id: z.string(), name: z.string(), role: z.string() })
  .openapi('TenantSummary')
export type TenantSummary = z.infer<typeof TenantSummary>

export const Profile = z
  .object({
    id: z.string(),
    email: z.string(),
    /** Whether a link mailed to the address was used. */
    emailVerified: z.boolean(),
    name: z.string(),
    createdAt: time(),
    /** Every tenant the user belongs to, and as what. */
    tenants: z.array(TenantSummary),
    /** The tenant this token speaks for. */
    tenantId: z.string(),
    role: z.string(),
    permissions: z.array(z.string()),
    /** Whether the account may run the platform, once a second factor was given. */
    isPlatform: z.boolean(),
    /** Who runs the platform and acts as this user; null for the user themself. */
    impersonatedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  })
  .openapi('Profile')
export type Profile = z.infer<typeof Profile>

export const ProfileChange = z.strictObject({ name: Name }).openapi('ProfileChange')

/** Typed by hand, so that nobody deletes an account by accident. */
export const AccountDeletion = z.strictObject({ email: Email }).openapi('AccountDeletion')

export const Member = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.string(),
    joinedAt: time(),
  })
  .openapi('Member')
export type Member = z.infer<typeof Member>

export const MemberQuery = IdPageQuery.extend({
  /** Part of the name or the address, in any case. */
  q: z.string().trim().max(200).default(''),
})
export type MemberQuery = z.infer<typeof MemberQuery>

export const MemberPage = z
  .object({ items: z.array(Member), nextCursor: z.string().nullable() })
  .openapi('MemberPage')
export type MemberPage = z.infer<typeof MemberPage>

export const RoleChange = z.strictObject({ role: RoleName }).openapi('RoleChange')

export const NewInvitation = z
  .strictObject({ email: Email, role: RoleName })
  .openapi('NewInvitation')
export type NewInvitation = z.infer<typeof NewInvitation>

export const Invitation = z
  .object({
    id: z.string(),
    email: z.string(),
    role: z.string(),
    status: z.enum(['pending', 'expired']),
    invitedBy: z.string(),
    createdAt: time(),
    expiresAt: time(),
  })
  .openapi('Invitation')
export type Invitation = z.infer<typeof Invitation>

export const InvitationPage = z
  .object({ items: z.array(Invitation), nextCursor: z.string().nullable() })
  .openapi('InvitationPage')
export type InvitationPage = z.infer<typeof InvitationPage>

/** The link is shown this once: what is stored of its token is a hash. */
export const SentInvitation = Invitation.extend({ acceptUrl: z.url() }).openapi('SentInvitation')
export type SentInvitation = z.infer<typeof SentInvitation>

/** What follows #token= in an invitation's link. In a body, for addresses end up in logs. */
const Token = z.string().regex(/^[\w-]{43}$/, 'must be the whole text after #token= in the link')
export const InvitationToken = z.strictObject({ token: Token }).openapi('InvitationToken')

export const InvitationView = z
  .object({
    email: z.string(),
    role: z.string(),
    tenant: z.object({ name: z.string() }),
    invitedBy: z.string(),
    expiresAt: time(),
    /** Then accepting needs that account's session; else a name and a password for a new one. */
    hasAccount: z.boolean(),
  })
  .openapi('InvitationView')
export type InvitationView = z.infer<typeof InvitationView>

export const Acceptance = z
  .strictObject({ token: Token, name: Name.optional(), password: Password.optional() })
  .openapi('Acceptance')
export type Acceptance = z.infer<typeof Acceptance>

export const TenantList = z.object({ items: z.array(TenantSummary) }).openapi('TenantList')
export type TenantList = z.infer<typeof TenantList>

export const TenantName = z.strictObject({ name: Name }).openapi('TenantName')
export const TenantSwitch = z.strictObject({ tenantId: Id }).openapi('TenantSwitch')

export const Tenant = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: time(),
    /** When everything of the tenant is deleted; null while nobody asked for that. */
    deletionDueAt: time().nullable(),
  })
  .openapi('Tenant')
export type Tenant = z.infer<typeof Tenant>

export const Role = z
  .object({
    name: z.string(),
    description: z.string(),
    permissions: z.array(z.string()),
    /** Built-in roles are the same in every tenant and cannot be changed. */
    isBuiltIn: z.boolean(),
    members: z.int(),
    version: z.int(),
  })
  .openapi('Role')
export type Role = z.infer<typeof Role>

export const RoleList = z
  .object({
    items: z.array(Role),
    /** Every permission a role of the tenant's own can grant. */
    permissions: z.array(Grantable),
  })
  .openapi('RoleList')
export type RoleList = z.infer<typeof RoleList>

const Description = z.string().trim().max(300)
const Permissions = z
  .array(Grantable)
  .max(PERMISSIONS.length)
  .transform((names) => [...new Set(names)])

export const NewRole = z
  .strictObject({
    name: RoleName.refine((name) => !ROLES.some((known) => known === name), 'is a built-in role'),
    description: Description.default(''),
    permissions: Permissions,
  })
  .openapi('NewRole')
export type NewRole = z.infer<typeof NewRole>

export const RoleUpdate = z
  .strictObject({ description: Description.optional(), permissions: Permissions.optional() })
  .refine((change) => Object.keys(change).length > 0, 'name at least one field to change')
  .openapi('RoleUpdate')
export type RoleUpdate = z.infer<typeof RoleUpdate>

/** A tenant as the platform sees it: counts, no content. */
export const TenantCounts = z
  .object({ id: z.string(), members: z.int(), documents: z.int(), flags: z.int() })
  .openapi('TenantCounts')
export type TenantCounts = z.infer<typeof TenantCounts>

export const TenantCountsPage = z
  .object({ items: z.array(TenantCounts), nextCursor: z.string().nullable() })
  .openapi('TenantCountsPage')
export type TenantCountsPage = z.infer<typeof TenantCountsPage>

/** Everything kept under a user's id; the tenants' own content is the tenants' to export. */
export const AccountExport = z
  .object({
    exportedAt: time(),
    user: z.object({
      id: z.string(),
      email: z.string(),
      name: z.string(),
      emailVerified: z.boolean(),
      /** Of mails; null before a browser said any. */
      locale: z.string().nullable(),
      createdAt: time(),
      updatedAt: time(),
    }),
    tenants: z.array(TenantSummary.extend({ joinedAt: time() })),
    teams: z.array(z.object({ tenantId: z.string(), name: z.string(), addedAt: time() })),
    /** Reservations and calendar events made with the assistant. */
    bookings: z.array(
      z.object({
        tenantId: z.string(),
        kind: z.enum(['reservation', 'event']),
        title: z.string(),
        phone: z.string().nullable(),
        notes: z.string().nullable(),
        startsAt: time(),
        status: z.string(),
      }),
    ),
    /** With assistants, in every tenant; each with what was said on both sides. */
    conversations: z.array(
      z.object({
        tenantId: z.string(),
        id: z.string(),
        title: z.string(),
        language: z.string(),
        summary: z.string().nullable(),
        createdAt: time(),
        messages: z.array(z.object({ role: z.string(), content: z.string(), createdAt: time() })),
      }),
    ),
    signInMethods: z.array(
      z.object({ provider: z.string(), label: z.string().nullable(), createdAt: time() }),
    ),
    passkeys: z.array(
      z.object({ name: z.string(), createdAt: time(), lastUsedAt: time().nullable() }),
    ),
    sessions: z.array(
      z.object({
        id: z.string(),
        createdAt: time(),
        expiresAt: time(),
        ipAddress: z.string().nullable(),
        userAgent: z.string().nullable(),
      }),
    ),
    invitationsSent: z.array(z.object({ email: z.string(), role: z.string(), createdAt: time() })),
    bans: z.array(z.object({ reason: z.string(), bannedAt: time(), expiresAt: time().nullable() })),
    /** Those the user let in, by OAuth. */
    applications: z.array(
      z.object({
        clientId: z.string(),
        tenantId: z.string(),
        scopes: z.array(z.string()),
        createdAt: time(),
      }),
    ),
  })
  .openapi('AccountExport')
export type AccountExport = z.infer<typeof AccountExport>
