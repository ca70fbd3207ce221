/**
 * Teams: members of a tenant under one name and one id, for what is given to several at once. A team
 * grants no permission by itself; what a member may do is their role's matter alone.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import type {
  NewTeam,
  Team,
  TeamMemberPage,
  TeamMemberQuery,
  TeamPage,
  TeamQuery,
} from './schemas.ts'
import * as store from './store.ts'

export type TeamContext = store.StoreContext

/** Teams a tenant may have, so that nobody fills the database; a few more in a race do no harm. */
const MOST_TEAMS = 500

export async function listTeams(ctx: TeamContext, query: TeamQuery): Promise<TeamPage> {
  const teams = await store.selectTeams(ctx, { ...query, limit: query.limit + 1 })
  const items = teams.slice(0, query.limit)
  return { items, nextCursor: teams.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getTeam(ctx: TeamContext, id: string): Promise<Team> {
  const team = await store.findTeam(ctx, id)
  if (!team) throw noTeam()
  return team
}

/** @throws ProblemError conflict for a name in use, or when there are too many */
export async function createTeam(ctx: TeamContext, { name }: NewTeam): Promise<Team> {
  const id = newId(ctx.now())
  if (await store.insertTeam(ctx, { id, name }, MOST_TEAMS)) return getTeam(ctx, id)
  const detail = `There is a team of that name already, or ${MOST_TEAMS} teams.`
  throw new ProblemError('conflict', detail)
}

/** @throws ProblemError not_found; conflict for a name in use */
export async function renameTeam(ctx: TeamContext, id: string, { name }: NewTeam): Promise<Team> {
  const outcome = await store.renameTeam(ctx, id, name)
  if (outcome === 'taken')
    throw new ProblemError('conflict', 'There is a team of that name already.')
  if (outcome === 'missing') throw noTeam()
  return getTeam(ctx, id)
}

/** Its members stay in the tenant. @throws ProblemError not_found */
export async function deleteTeam(ctx: TeamContext, id: string): Promise<void> {
  if (!(await store.deleteTeam(ctx, id))) throw noTeam()
}

/** @throws ProblemError not_found */
export async function listTeamMembers(
  ctx: TeamContext,
  id: string,
  query: TeamMemberQuery,
): Promise<TeamMemberPage> {
  await getTeam(ctx, id)
  const members = await store.selectTeamMembers(ctx, id, { ...query, limit: query.limit + 1 })
  const items = members.slice(0, query.limit)
  return { items, nextCursor: members.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

/** May be said again: who is in the team stays in it. @throws ProblemError not_found */
export async function addTeamMember(ctx: TeamContext, id: string, userId: string): Promise<void> {
  const { hasTeam, hasUser } = await store.insertTeamMember(ctx, id, userId)
  if (!hasTeam) throw noTeam()
  if (!hasUser) throw new ProblemError('not_found', 'This tenant has no such member.')
}

/** @throws ProblemError not_found when they are not in the team */
export async function removeTeamMember(
  ctx: TeamContext,
  id: string,
  userId: string,
): Promise<void> {
  if (await store.deleteTeamMember(ctx, id, userId)) return
  throw new ProblemError('not_found', 'This team has no such member.')
}

const noTeam = () => new ProblemError('not_found', 'This tenant has no such team.')
