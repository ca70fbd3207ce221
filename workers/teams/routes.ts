/** HTTP for teams, /api/admin/teams: whoever manages members manages these. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  NewTeam,
  Team,
  TeamId,
  TeamMemberPage,
  TeamMemberQuery,
  TeamPage,
  TeamQuery,
  UserId,
} from './schemas.ts'
import * as teams from './service.ts'

const BASE = '/api/admin/teams'
const TAGS = ['teams']
const params = z.object({ id: TeamId })
const memberParams = z.object({ id: TeamId, userId: UserId })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'member.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listTeams',
    tags: TAGS,
    request: { query: TeamQuery },
    responses: {
      200: json(TeamPage, 'Teams in the order they were made'),
      ...problems(...refusals),
    },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'member.manage',
    createRoute({
      method: 'post',
      path: BASE,
      operationId: 'createTeam',
      tags: TAGS,
      description: 'A team grants no permission by itself.',
      request: { body: jsonBody(NewTeam) },
      responses: { 201: json(Team, 'The team'), ...problems(...refusals, 'conflict') },
    }),
  ),
)

const get = secured(
  'member.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}`,
    operationId: 'getTeam',
    tags: TAGS,
    request: { params },
    responses: { 200: json(Team, 'The team'), ...problems(...refusals, 'not_found') },
  }),
)

const rename = limited(
  'admin.write',
  secured(
    'member.manage',
    createRoute({
      method: 'patch',
      path: `${BASE}/{id}`,
      operationId: 'renameTeam',
      tags: TAGS,
      request: { params, body: jsonBody(NewTeam) },
      responses: {
        200: json(Team, 'The team as it is now'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const remove = limited(
  'admin.write',
  secured(
    'member.manage',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}`,
      operationId: 'deleteTeam',
      tags: TAGS,
      description: 'Its members stay in the tenant.',
      request: { params },
      responses: {
        204: { description: 'The team is gone' },
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

const listMembers = secured(
  'member.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}/members`,
    operationId: 'listTeamMembers',
    tags: TAGS,
    request: { params, query: TeamMemberQuery },
    responses: {
      200: json(TeamMemberPage, 'Members of the team, in the order of ids'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const addMember = limited(
  'admin.write',
  secured(
    'member.manage',
    createRoute({
      method: 'put',
      path: `${BASE}/{id}/members/{userId}`,
      operationId: 'addTeamMember',
      tags: TAGS,
      description: 'Puts a member of the tenant into the team; saying it again changes nothing.',
      request: { params: memberParams },
      responses: {
        204: { description: 'They are in the team' },
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

const removeMember = limited(
  'admin.write',
  secured(
    'member.manage',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}/members/{userId}`,
      operationId: 'removeTeamMember',
      tags: TAGS,
      request: { params: memberParams },
      responses: {
        204: { description: 'They are not in the team any more' },
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

export const teamRoutes = createRouter<AppEnv<teams.TeamContext & LimitContext>>()
  .openapi(list, async (c) => c.json(await teams.listTeams(c.var.ctx, c.req.valid('query')), 200))
  .openapi(create, async (c) => {
    return c.json(await teams.createTeam(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(get, async (c) => c.json(await teams.getTeam(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(rename, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await teams.renameTeam(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await teams.deleteTeam(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(listMembers, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await teams.listTeamMembers(c.var.ctx, id, c.req.valid('query')), 200)
  })
  .openapi(addMember, async (c) => {
    const { id, userId } = c.req.valid('param')
    await teams.addTeamMember(c.var.ctx, id, userId)
    return c.body(null, 204)
  })
  .openapi(removeMember, async (c) => {
    const { id, userId } = c.req.valid('param')
    await teams.removeTeamMember(c.var.ctx, id, userId)
    return c.body(null, 204)
  })
