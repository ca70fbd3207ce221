/** HTTP for cases as files: lines of JSON in and out. */
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import type { AuditContext } from '../audit/service.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { EvalImport } from './schemas.ts'
import type { EvalContext } from './service.ts'
import { exportCases, importCases } from './transfer-service.ts'

const BASE = '/api/admin/kb/evals/sets'
const TAGS = ['evaluation']
const params = z.object({ id: z.uuid('must be an id this API gave') })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const LINES = 'application/x-ndjson'

/** Lines are read as they arrive, so the body is documented here and checked by the service. */
const linesBody: NonNullable<RouteConfig['requestBody']> = {
  required: true,
  content: {
    [LINES]: {
      schema: {
        type: 'string',
        description:
          'A question or a judgement per line; ≤ 8 MiB, ≤ 50,000 lines. BEIR’s field names do as well.',
        example:
          '{"id":"1","text":"How often is the filter replaced?"}\n{"q":"1","d":"filters.pdf","r":1}',
      },
    },
  },
}

/** A stream's text is no return value, so its content is documented and not typed. */
const file: { description: string } = Object.assign(
  { description: 'A case per line, in the form that imports take' },
  { content: { [LINES]: { schema: z.string() } } },
)

const take = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/import`,
      operationId: 'importEvalCases',
      tags: TAGS,
      description:
        'Documents are named by id or file name. Cases are made or changed by key; judgements of a key replace those it had.',
      request: { params },
      requestBody: linesBody,
      responses: {
        200: json(EvalImport, 'What was taken, and each line that was not'),
        ...problems(...refusals, 'not_found', 'conflict', 'payload_too_large'),
      },
    }),
  ),
)

const give = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}/export`,
    operationId: 'exportEvalCases',
    tags: TAGS,
    request: { params },
    responses: {
      200: file,
      ...problems(...refusals, 'not_found'),
    },
  }),
)

export const evalTransferRoutes = createRouter<AppEnv<EvalContext & AuditContext & LimitContext>>()
  .openapi(take, async (c) => {
    return c.json(await importCases(c.var.ctx, c.req.valid('param').id, c.req.raw.body), 200)
  })
  .openapi(give, async (c) => {
    const lines = await exportCases(c.var.ctx, c.req.valid('param').id)
    return c.body(lines, 200, { 'content-type': LINES })
  })
