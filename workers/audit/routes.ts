/** HTTP for the audit log, under /api/admin/audit. Nothing here writes it but by reading it. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { exportLog, listEntries, type LogContext, readChain } from './log-service.ts'
import { AuditChain, AuditPage, AuditQuery, ChainQuery, ExportQuery } from './schemas.ts'

const PATH = '/api/admin/audit'
const TAGS = ['audit']
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'audit.read',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'listAuditEntries',
    tags: TAGS,
    request: { query: AuditQuery },
    responses: { 200: json(AuditPage, 'Entries, newest first'), ...problems(...refusals) },
  }),
)

/** A stream's text is no return value, so its content is documented and not typed. */
const file: { description: string } = Object.assign(
  { description: 'The log, oldest first, as a file' },
  {
    content: {
      'application/x-ndjson': { schema: z.string() },
      'text/csv': { schema: z.string() },
    },
  },
)

const exporting = secured(
  'audit.export',
  createRoute({
    method: 'get',
    path: `${PATH}/export`,
    operationId: 'exportAuditLog',
    tags: TAGS,
    description: 'The export is itself an entry, the last of the file.',
    request: { query: ExportQuery },
    responses: { 200: file, ...problems(...refusals) },
  }),
)

const chain = secured(
  'audit.read',
  createRoute({
    method: 'get',
    path: `${PATH}/chain`,
    operationId: 'getAuditChain',
    tags: TAGS,
    description: 'What it takes to verify the log without trusting this service.',
    request: { query: ChainQuery },
    responses: { 200: json(AuditChain, 'A page of the chain'), ...problems(...refusals) },
  }),
)

const TYPES = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8; header=present' }

export const auditRoutes = createRouter<AppEnv<LogContext>>()
  .openapi(list, async (c) => c.json(await listEntries(c.var.ctx, c.req.valid('query')), 200))
  .openapi(exporting, async (c) => {
    const query = c.req.valid('query')
    const { ctx } = c.var
    const stream = await exportLog(ctx, query)
    const name = `audit-${ctx.now().toISOString().slice(0, 10)}.${query.format}`
    return c.body(stream, 200, {
      'content-type': TYPES[query.format],
      'content-disposition': `attachment; filename="${name}"`,
    })
  })
  .openapi(chain, async (c) => c.json(await readChain(c.var.ctx, c.req.valid('query')), 200))
