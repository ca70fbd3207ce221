/**
 * SQL for teams. Every statement names its tenant, and so does the batch it runs in. A change and its
 * audit entry are one statement, as in flags/store.ts.
 */
import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, isTaken, withTenant } from '../../shared/database.ts'
import { users } from '../../shared/tables.ts'
import { auditColumn } from '../audit/service.ts'
import type { Team, TeamMember, TeamMemberQuery, TeamQuery } from './schemas.ts'
import { teamMembers, teams } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

const TEAM = {
  id: teams.id,
  name: teams.name,
  members: sql<number>`(select count(*)::int from team_members m
    where m.tenant_id = ${teams.tenantId} and m.team_id = ${teams.id})`,
  createdAt: teams.createdAt,
  updatedAt: teams.updatedAt,
}

/** In the order of ids, from behind `cursor`. */
export async function selectTeams(
  ctx: StoreContext,
  { limit, cursor }: TeamQuery,
): Promise<Team[]> {
  const after = cursor === undefined ? undefined : gt(teams.id, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select(TEAM)
      .from(teams)
      .where(and(eq(teams.tenantId, ctx.tenantId), after))
      .orderBy(asc(teams.id))
      .limit(limit),
  ])
  return rows.map(toTeam)
}

export async function findTeam(ctx: StoreContext, id: string): Promise<Team | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select(TEAM).from(teams).where(isTeam(ctx, id)),
  ])
  return row && toTeam(row)
}

/** @returns whether it was made: not when the name is taken, nor when there are `most` already */
export async function insertTeam(
  ctx: StoreContext,
  { id, name }: { id: string; name: string },
  most: number,
): Promise<boolean> {
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const seq = auditColumn(ctx, 'team.create', about(id))
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
      with made as (
        insert into teams (tenant_id, id, name, created_at, updated_at)
        select ${ctx.tenantId}, ${id}::uuid, ${name}, ${at}, ${at}
        where (select count(*) from teams where tenant_id = ${ctx.tenantId}) < ${most}
        on conflict do nothing returning id
      ) select ${seq} from made`),
  ])
  return rows.length > 0
}

/** `taken` when another team has the name: Postgres decides, also between two at once. */
export async function renameTeam(
  ctx: StoreContext,
  id: string,
  name: string,
): Promise<'renamed' | 'missing' | 'taken'> {
  const seq = auditColumn(ctx, 'team.change', about(id))
  try {
    const [rows] = await withTenant(ctx).batch((tx) => {
      const set = { name, updatedAt: ctx.now() }
      const update = tx.update(teams).set(set).where(isTeam(ctx, id)).returning({ id: teams.id })
      const changed = tx.$with('changed').as(update)
      return [tx.with(changed).select({ seq }).from(changed)]
    })
    return rows.length > 0 ? 'renamed' : 'missing'
  } catch (error) {
    if (isTaken(error)) return 'taken'
    throw error
  }
}

/** @returns whether there was such a team */
export async function deleteTeam(ctx: StoreContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'team.delete', about(id))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const remove = tx.delete(teams).where(isTeam(ctx, id)).returning({ id: teams.id })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

/** In the order of user ids, from behind `cursor`. */
export async function selectTeamMembers(
  ctx: StoreContext,
  teamId: string,
  { limit, cursor }: TeamMemberQuery,
): Promise<TeamMember[]> {
  const isOf = and(eq(teamMembers.tenantId, ctx.tenantId), eq(teamMembers.teamId, teamId))
  const isUser = and(eq(users.tenantId, teamMembers.tenantId), eq(users.id, teamMembers.userId))
  const after = cursor === undefined ? undefined : gt(teamMembers.userId, cursor)
  const { id, email, name } = users
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ id, email, name, addedAt: teamMembers.addedAt })
      .from(teamMembers)
      .innerJoin(users, isUser)
      .where(and(isOf, after))
      .orderBy(asc(teamMembers.userId))
      .limit(limit),
  ])
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    name: row.name,
    addedAt: row.addedAt.toISOString(),
  }))
}

/** Whether team and user are there; then the user is in the team afterwards, and was added once. */
export async function insertTeamMember(
  ctx: StoreContext,
  teamId: string,
  userId: string,
): Promise<{ hasTeam: boolean; hasUser: boolean }> {
  const seq = auditColumn(ctx, 'team.member.add', about(teamId, userId))
  const team = sql`select t.id from teams t where t.tenant_id = ${ctx.tenantId} and t.id = ${teamId}::uuid`
  const user = sql`select u.id from users u where u.tenant_id = ${ctx.tenantId} and u.id = ${userId}`
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ has_team: boolean; has_user: boolean }>(
      sql`select exists (${team}) as has_team, exists (${user}) as has_user`,
    ),
    tx.execute(sql`
      with added as (
        insert into team_members (tenant_id, team_id, user_id, added_at)
        select ${ctx.tenantId}, team.id, member.id, ${at} from (${team}) team, (${user}) member
        on conflict do nothing returning user_id
      ) select ${seq} from added`),
  ])
  return { hasTeam: rows[0]?.has_team === true, hasUser: rows[0]?.has_user === true }
}

/** @returns whether the user was in the team */
export async function deleteTeamMember(
  ctx: StoreContext,
  teamId: string,
  userId: string,
): Promise<boolean> {
  const seq = auditColumn(ctx, 'team.member.remove', about(teamId, userId))
  const isIt = and(
    eq(teamMembers.tenantId, ctx.tenantId),
    eq(teamMembers.teamId, teamId),
    eq(teamMembers.userId, userId),
  )
  const [rows] = await withTenant(ctx).batch((tx) => {
    const remove = tx.delete(teamMembers).where(isIt).returning({ userId: teamMembers.userId })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

const about = (id: string, userId?: string) => ({
  resource: { type: 'team', id },
  ...(userId !== undefined && { facts: { user: userId } }),
})

const isTeam = ({ tenantId }: StoreContext, id: string): SQL | undefined =>
  and(eq(teams.tenantId, tenantId), eq(teams.id, id))

type Row = Omit<Team, 'createdAt' | 'updatedAt'> & { createdAt: Date; updatedAt: Date }

const toTeam = ({ id, name, members, createdAt, updatedAt }: Row): Team => ({
  id,
  name,
  members,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})
