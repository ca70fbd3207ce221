/** HTTP for exports of other products. */
import { createRoute } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { FlagImport, FlagImportRequest } from './import-schemas.ts'
import { importFlags } from './import-service.ts'
import type { FlagContext } from './service.ts'

const take = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: '/api/admin/flag-import',
      operationId: 'importFlags',
      tags: ['flags'],
      request: { body: jsonBody(FlagImportRequest) },
      responses: {
        200: json(FlagImport, 'What became of each flag, and what could not be carried over'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'invalid_fields',
          'conflict',
          'payload_too_large',
          'dependency_down',
        ),
      },
    }),
  ),
)

export const importRoutes = createRouter<AppEnv<FlagContext & LimitContext>>().openapi(
  take,
  async (c) => c.json(await importFlags(c.var.ctx, c.req.valid('json')), 200),
)
