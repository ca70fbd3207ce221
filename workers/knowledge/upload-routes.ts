/** HTTP for files that arrive in parts, so that one that breaks off goes on where it stopped. */
import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import type { DocumentContext } from './document-service.ts'
import { abortUpload, addPart, completeUpload, createUpload, getUpload } from './parts-service.ts'
import { Submitted } from './schemas.ts'
import { NewUpload, PartParams, Upload, UploadPart } from './upload-schemas.ts'

const TAGS = ['knowledge']
const PATH = '/api/admin/kb/uploads'
const params = z.object({ id: z.uuid('must be an id this API gave') })

/** Read as it arrives, so the body is documented here and checked by the service. */
const partBody: NonNullable<RouteConfig['requestBody']> = {
  required: true,
  content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
}

const create = limited(
  'upload',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: PATH,
      operationId: 'createUpload',
      tags: TAGS,
      request: { body: jsonBody(NewUpload) },
      responses: {
        201: json(Upload, 'Send its parts, in any order, then complete it'),
        ...problems('unauthenticated', 'forbidden', 'invalid_request', 'invalid_fields'),
        ...problems('unsupported_media_type', 'payload_too_large', 'conflict', 'not_found'),
      },
    }),
  ),
)

const get = secured(
  'kb.write',
  createRoute({
    method: 'get',
    path: `${PATH}/{id}`,
    operationId: 'getUpload',
    tags: TAGS,
    request: { params },
    responses: {
      200: json(Upload, 'What has arrived of it'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
    },
  }),
)

const part = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'put',
      path: `${PATH}/{id}/parts/{number}`,
      operationId: 'putUploadPart',
      tags: TAGS,
      request: { params: PartParams },
      requestBody: partBody,
      responses: {
        200: json(UploadPart, 'Arrived whole; the same part again replaces it'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict'),
        ...problems('invalid_request', 'invalid_fields'),
      },
    }),
  ),
)

const complete = limited(
  'upload',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${PATH}/{id}/complete`,
      operationId: 'completeUpload',
      tags: TAGS,
      request: { params },
      responses: {
        200: json(Submitted, 'These bytes are in the knowledge base already'),
        202: json(Submitted, 'Taken in; the job says how indexing goes'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      },
    }),
  ),
)

const abort = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'delete',
      path: `${PATH}/{id}`,
      operationId: 'abortUpload',
      tags: TAGS,
      request: { params },
      responses: {
        204: { description: 'Thrown away with all its parts' },
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      },
    }),
  ),
)

export const uploadRoutes = createRouter<AppEnv<DocumentContext & LimitContext>>()
  .openapi(create, async (c) => c.json(await createUpload(c.var.ctx, c.req.valid('json')), 201))
  .openapi(get, async (c) => c.json(await getUpload(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(part, async (c) => {
    const { id, number } = c.req.valid('param')
    return c.json(await addPart(c.var.ctx, id, number, c.req.raw.body), 200)
  })
  .openapi(complete, async (c) => {
    const { isNew, document, job } = await completeUpload(c.var.ctx, c.req.valid('param').id)
    return c.json({ document, job }, isNew ? 202 : 200)
  })
  .openapi(abort, async (c) => {
    await abortUpload(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
