/** HTTP for reservations, /api/admin/reservations: of guests and of people of the tenant, for the latter. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  NewReservation,
  Reservation,
  ReservationChange,
  ReservationPage,
  ReservationQuery,
} from './schemas.ts'
import {
  cancelReservation,
  createReservation,
  editReservation,
  getReservation,
  listReservations,
  type ReservationContext,
} from './service.ts'

const BASE = '/api/admin/reservations'
const TAGS = ['reservations']
const params = z.object({ id: z.uuid('must be an id this API gave') })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'reservation.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listReservations',
    tags: TAGS,
    request: { query: ReservationQuery },
    responses: { 200: json(ReservationPage, 'Newest first'), ...problems(...refusals) },
  }),
)

const get = secured(
  'reservation.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}`,
    operationId: 'getReservation',
    tags: TAGS,
    request: { params },
    responses: { 200: json(Reservation, 'It'), ...problems(...refusals, 'not_found') },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'reservation.manage',
    createRoute({
      method: 'post',
      path: BASE,
      operationId: 'createReservation',
      summary: 'Final at once, for whoever called or stands at the door',
      tags: TAGS,
      request: { body: jsonBody(NewReservation) },
      responses: { 201: json(Reservation, 'Made'), ...problems(...refusals) },
    }),
  ),
)

const edit = limited(
  'admin.write',
  secured(
    'reservation.manage',
    createRoute({
      method: 'patch',
      path: `${BASE}/{id}`,
      operationId: 'changeReservation',
      tags: TAGS,
      request: { params, body: jsonBody(ReservationChange) },
      responses: {
        200: json(Reservation, 'As it is now'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const cancel = limited(
  'admin.write',
  secured(
    'reservation.manage',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/cancel`,
      operationId: 'cancelReservation',
      tags: TAGS,
      request: { params },
      responses: {
        200: json(Reservation, 'Cancelled'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

export const reservationRoutes = createRouter<AppEnv<ReservationContext & LimitContext>>()
  .openapi(list, async (c) => c.json(await listReservations(c.var.ctx, c.req.valid('query')), 200))
  .openapi(get, async (c) => c.json(await getReservation(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(create, async (c) =>
    c.json(await createReservation(c.var.ctx, c.req.valid('json')), 201),
  )
  .openapi(edit, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await editReservation(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(cancel, async (c) => {
    return c.json(await cancelReservation(c.var.ctx, c.req.valid('param').id), 200)
  })
