/** HTTP for reservations, /api/admin/reservations: what guests made with the assistant, for people of the tenant. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { Reservation, ReservationPage, ReservationQuery } from './schemas.ts'
import {
  cancelReservation,
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
  .openapi(cancel, async (c) => {
    return c.json(await cancelReservation(c.var.ctx, c.req.valid('param').id), 200)
  })
