/** `/v1/files`: uploaded first, then put into a vector store (store-routes.ts). */
import { createRoute, type RouteConfig } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { Deleted, FilePage, FileParams, ListQuery, OpenAiFile } from './file-schemas.ts'
import {
  createFile,
  deleteFile,
  type FileContext,
  getFile,
  listFiles,
  openFile,
} from './file-service.ts'

const TAGS = ['openai']
const PATH = '/v1/files'
const REFUSALS = problems('invalid_request', 'unauthenticated', 'forbidden')
const FAILURES = { ...REFUSALS, ...problems('not_found', 'dependency_down') }

/** Files are read as they arrive, so the body is documented here and checked by the service. */
const fileBody: NonNullable<RouteConfig['requestBody']> = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object',
        required: ['file'],
        properties: {
          file: { type: 'string', format: 'binary' },
          purpose: { type: 'string', description: 'Taken and not looked at' },
        },
      },
    },
  },
}

const create = limited(
  'upload',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: PATH,
      operationId: 'createFile',
      tags: TAGS,
      requestBody: fileBody,
      responses: {
        200: json(OpenAiFile, 'The file; found by nobody before it is in a vector store'),
        ...REFUSALS,
        ...problems('payload_too_large', 'unsupported_media_type', 'conflict'),
      },
    }),
  ),
)

const list = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'listFiles',
    tags: TAGS,
    request: { query: ListQuery },
    responses: { 200: json(FilePage, 'Files, newest first'), ...REFUSALS },
  }),
)

const get = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${PATH}/{id}`,
    operationId: 'getFile',
    tags: TAGS,
    request: { params: FileParams },
    responses: { 200: json(OpenAiFile, 'The file'), ...FAILURES },
  }),
)

const content = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${PATH}/{id}/content`,
    operationId: 'getFileContent',
    tags: TAGS,
    request: { params: FileParams },
    responses: { 200: { description: 'The bytes, as they were uploaded' }, ...FAILURES },
  }),
)

const remove = limited(
  'admin.write',
  secured(
    'kb.delete',
    createRoute({
      method: 'delete',
      path: `${PATH}/{id}`,
      operationId: 'deleteFile',
      tags: TAGS,
      request: { params: FileParams },
      responses: { 200: json(Deleted, 'Deleted, out of its vector store too'), ...FAILURES },
    }),
  ),
)

export const openAiFileRoutes = createRouter<AppEnv<FileContext & LimitContext>>()
  .openapi(create, async (c) => {
    const body = { contentType: c.req.header('content-type'), stream: c.req.raw.body }
    return c.json(await createFile(c.var.ctx, body), 200)
  })
  .openapi(list, async (c) => c.json(await listFiles(c.var.ctx, c.req.valid('query')), 200))
  .openapi(get, async (c) => c.json(await getFile(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(content, async (c) => {
    const { fileName, mediaType, bytes, body } = await openFile(c.var.ctx, c.req.valid('param').id)
    // Never shown by a browser: a document may be a page of HTML with scripts.
    const name = encodeURIComponent(fileName)
    return c.body(body, 200, {
      'content-type': mediaType,
      'content-length': String(bytes),
      'content-disposition': `attachment; filename*=UTF-8''${name}`,
    })
  })
  .openapi(remove, async (c) => c.json(await deleteFile(c.var.ctx, c.req.valid('param').id), 200))
