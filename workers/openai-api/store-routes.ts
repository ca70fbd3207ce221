/** `/v1/vector_stores`: knowledge bases, the files in them, and searching them. */
import { createRoute } from '@hono/zod-openapi'
import type { Permission } from '../../shared/context.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  BatchParams,
  Deleted,
  FileBatch,
  ListQuery,
  NewBatch,
  NewStore,
  NewStoreFile,
  StoreChange,
  StoreFile,
  StoreFileChange,
  StoreFileParams,
  StoreFilePage,
  StoreFound,
  StoreListQuery,
  StorePage,
  StoreParams,
  StoreSearch,
  VectorStore,
} from './file-schemas.ts'
import * as service from './file-service.ts'
import type { ApiContext } from './service.ts'

const TAGS = ['openai']
const PATH = '/v1/vector_stores'
const STORE = `${PATH}/{id}`
const FILES = `${STORE}/files`
const BATCHES = `${STORE}/file_batches`
const FAILURES = problems(
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'dependency_down',
)

/** What they have in common; one that changes something is counted. */
const common = { tags: TAGS }
const read = <R extends Parameters<typeof createRoute>[0]>(route: R) =>
  secured('kb.read', createRoute<string, R>({ ...route, ...common }))
const change = <R extends Parameters<typeof createRoute>[0]>(permission: Permission, route: R) =>
  limited('admin.write', secured(permission, createRoute<string, R>({ ...route, ...common })))

const list = read({
  method: 'get',
  path: PATH,
  operationId: 'listVectorStores',
  request: { query: StoreListQuery },
  responses: { 200: json(StorePage, 'Vector stores, newest first'), ...FAILURES },
})
const create = change('kb.write', {
  method: 'post',
  path: PATH,
  operationId: 'createVectorStore',
  request: { body: jsonBody(NewStore) },
  responses: { 200: json(VectorStore, 'The vector store, with its files'), ...FAILURES },
})
const get = read({
  method: 'get',
  path: STORE,
  operationId: 'getVectorStore',
  request: { params: StoreParams },
  responses: { 200: json(VectorStore, 'The vector store'), ...FAILURES },
})
const update = change('kb.write', {
  method: 'post',
  path: STORE,
  operationId: 'changeVectorStore',
  request: { params: StoreParams, body: jsonBody(StoreChange) },
  responses: { 200: json(VectorStore, 'As it is now'), ...FAILURES },
})
const remove = change('kb.delete', {
  method: 'delete',
  path: STORE,
  operationId: 'deleteVectorStore',
  request: { params: StoreParams },
  responses: { 200: json(Deleted, 'Deleted, with the files in it'), ...FAILURES },
})
const search = limited(
  'ask',
  secured(
    'rag.query',
    createRoute({
      method: 'post',
      path: `${STORE}/search`,
      operationId: 'searchVectorStore',
      tags: TAGS,
      request: { params: StoreParams, body: jsonBody(StoreSearch) },
      responses: { 200: json(StoreFound, 'The best chunks, best first'), ...FAILURES },
    }),
  ),
)

const attach = change('kb.write', {
  method: 'post',
  path: FILES,
  operationId: 'createVectorStoreFile',
  request: { params: StoreParams, body: jsonBody(NewStoreFile) },
  responses: { 200: json(StoreFile, 'On its way into the vector store'), ...FAILURES },
})
const listIn = read({
  method: 'get',
  path: FILES,
  operationId: 'listVectorStoreFiles',
  request: { params: StoreParams, query: ListQuery },
  responses: { 200: json(StoreFilePage, 'Files in the vector store, newest first'), ...FAILURES },
})
const getIn = read({
  method: 'get',
  path: `${FILES}/{fileId}`,
  operationId: 'getVectorStoreFile',
  request: { params: StoreFileParams },
  responses: { 200: json(StoreFile, 'The file and its state'), ...FAILURES },
})
const changeIn = change('kb.write', {
  method: 'post',
  path: `${FILES}/{fileId}`,
  operationId: 'changeVectorStoreFile',
  request: { params: StoreFileParams, body: jsonBody(StoreFileChange) },
  responses: { 200: json(StoreFile, 'With its attributes as they are now'), ...FAILURES },
})
const detach = change('kb.delete', {
  method: 'delete',
  path: `${FILES}/{fileId}`,
  operationId: 'deleteVectorStoreFile',
  request: { params: StoreFileParams },
  responses: { 200: json(Deleted, 'Deleted: a file is in one vector store'), ...FAILURES },
})

const createBatch = change('kb.write', {
  method: 'post',
  path: BATCHES,
  operationId: 'createFileBatch',
  request: { params: StoreParams, body: jsonBody(NewBatch) },
  responses: { 200: json(FileBatch, 'On their way into the vector store'), ...FAILURES },
})
const getBatch = read({
  method: 'get',
  path: `${BATCHES}/{batchId}`,
  operationId: 'getFileBatch',
  request: { params: BatchParams },
  responses: { 200: json(FileBatch, 'How far they are'), ...FAILURES },
})
const cancelBatch = change('kb.write', {
  method: 'post',
  path: `${BATCHES}/{batchId}/cancel`,
  operationId: 'cancelFileBatch',
  request: { params: BatchParams },
  responses: { 200: json(FileBatch, 'Runs that were not over are cancelled'), ...FAILURES },
})
const listBatch = read({
  method: 'get',
  path: `${BATCHES}/{batchId}/files`,
  operationId: 'listFileBatchFiles',
  request: { params: BatchParams, query: ListQuery },
  responses: { 200: json(StoreFilePage, 'Its files, in the order given'), ...FAILURES },
})

/** Milliseconds after which the official client asks again. */
const POLL = ['openai-poll-after-ms', '500'] as const

export const vectorStoreRoutes = createRouter<
  AppEnv<service.FileContext & ApiContext & LimitContext>
>()
  .openapi(list, async (c) =>
    c.json(await service.listStores(c.var.ctx, c.req.valid('query')), 200),
  )
  .openapi(create, async (c) =>
    c.json(await service.createStore(c.var.ctx, c.req.valid('json')), 200),
  )
  .openapi(get, async (c) =>
    c.json(await service.getStore(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(update, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await service.changeStore(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) =>
    c.json(await service.deleteStore(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(search, async (c) => {
    const { id } = c.req.valid('param')
    const asked = c.req.valid('json')
    return c.json(await service.searchStore(c.var.ctx, id, asked, c.req.raw.signal), 200)
  })
  .openapi(attach, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await service.attachFile(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(listIn, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await service.listStoreFiles(c.var.ctx, id, c.req.valid('query')), 200)
  })
  .openapi(getIn, async (c) => {
    const { id, fileId } = c.req.valid('param')
    c.header(...POLL)
    return c.json(await service.getStoreFile(c.var.ctx, id, fileId), 200)
  })
  .openapi(changeIn, async (c) => {
    const { id, fileId } = c.req.valid('param')
    return c.json(await service.changeStoreFile(c.var.ctx, id, fileId, c.req.valid('json')), 200)
  })
  .openapi(detach, async (c) => {
    const { id, fileId } = c.req.valid('param')
    return c.json(await service.detachFile(c.var.ctx, id, fileId), 200)
  })
  .openapi(createBatch, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await service.createBatch(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(getBatch, async (c) => {
    const { id, batchId } = c.req.valid('param')
    c.header(...POLL)
    return c.json(await service.getBatch(c.var.ctx, id, batchId), 200)
  })
  .openapi(cancelBatch, async (c) => {
    const { id, batchId } = c.req.valid('param')
    return c.json(await service.cancelBatch(c.var.ctx, id, batchId), 200)
  })
  .openapi(listBatch, async (c) => {
    const { id, batchId } = c.req.valid('param')
    const query = c.req.valid('query')
    return c.json(await service.listBatchFiles(c.var.ctx, id, batchId, query), 200)
  })
