/** Teams as they travel over HTTP. */
import { z } from '@hono/zod-openapi'

const time = () => z.iso.datetime()

const TeamName = z.string().trim().min(1).max(100).openapi({ example: 'Night shift' })

export const TeamId = z.uuid()
/** A user's id, as members have it. */
export const UserId = z.string().min(1).max(64)

export const NewTeam = z.strictObject({ name: TeamName }).openapi('NewTeam')
export type NewTeam = z.infer<typeof NewTeam>

export const Team = z
  .object({
    id: TeamId,
    name: z.string(),
    members: z.int(),
    createdAt: time(),
    updatedAt: time(),
  })
  .openapi('Team')
export type Team = z.infer<typeof Team>

const limit = z.coerce.number().int().min(1).max(200).default(50)

/** Pages run in the order of ids, which is that of making. */
export const TeamQuery = z.object({ limit, cursor: TeamId.optional() })
export type TeamQuery = z.infer<typeof TeamQuery>

export const TeamPage = z
  .object({ items: z.array(Team), nextCursor: z.string().nullable() })
  .openapi('TeamPage')
export type TeamPage = z.infer<typeof TeamPage>

export const TeamMember = z
  .object({ id: z.string(), email: z.string(), name: z.string(), addedAt: time() })
  .openapi('TeamMember')
export type TeamMember = z.infer<typeof TeamMember>

export const TeamMemberQuery = z.object({ limit, cursor: UserId.optional() })
export type TeamMemberQuery = z.infer<typeof TeamMemberQuery>

export const TeamMemberPage = z
  .object({ items: z.array(TeamMember), nextCursor: z.string().nullable() })
  .openapi('TeamMemberPage')
export type TeamMemberPage = z.infer<typeof TeamMemberPage>
