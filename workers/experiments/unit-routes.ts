/** HTTP for the erasure of one unit's data. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import type { ResultContext } from './result-service.ts'
import { ErasedUnit, Unit } from './unit-schemas.ts'
import { eraseUnit } from './unit-service.ts'

const erase = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'delete',
      path: '/api/admin/flag-units/{unit}',
      operationId: 'eraseFlagUnit',
      summary: 'Erases a unit’s exposures, events, overrides, proposals and sampled contexts',
      tags: ['experiments'],
      request: { params: z.object({ unit: Unit }) },
      responses: {
        200: json(ErasedUnit, 'How much of each there was'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'invalid_fields',
          'conflict',
          'dependency_down',
        ),
      },
    }),
  ),
)

export const unitRoutes = createRouter<AppEnv<ResultContext & LimitContext>>().openapi(
  erase,
  async (c) => c.json(await eraseUnit(c.var.ctx, c.req.valid('param').unit), 200),
)
