/**
 * The API of GrowthBook's SDKs, which evaluate by themselves: the payload, and the stream that brings
 * each new one. The key stands in the path, as those SDKs put it; only a client key may.
 * https://docs.growthbook.io/lib/build-your-own
 */
import { createRoute, z } from '@hono/zod-openapi'
import { allowPages } from '../../shared/cors.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json } from '../../shared/http.ts'
import { knownTag } from './answers.ts'
import { type EvaluationContext, readPayload } from './evaluation-service.ts'
import { placeOf } from './hub-client.ts'
import { openStream, sinceOf } from './stream-service.ts'

const params = z.object({ clientKey: z.string() })

const SdkPayload = z
  .looseObject({
    status: z.literal(200),
    features: z.record(z.string(), z.unknown()),
    savedGroups: z.record(z.string(), z.unknown()),
    dateUpdated: z.string(),
  })
  .openapi('GrowthBookPayload')

const features = secured(
  'flag.evaluate',
  createRoute({
    method: 'get',
    path: '/api/features/{clientKey}',
    operationId: 'getGrowthBookFeatures',
    summary: 'All flags a client key may see, for GrowthBook’s SDKs to evaluate',
    tags: ['flags'],
    request: { params },
    responses: {
      200: json(SdkPayload, 'The payload, with an entity tag'),
      304: { description: 'The caller has this payload: its tag is in If-None-Match' },
    },
  }),
)

const sub = secured(
  'flag.evaluate',
  createRoute({
    method: 'get',
    path: '/sub/{clientKey}',
    operationId: 'streamGrowthBookFeatures',
    summary: 'Server-sent events for GrowthBook’s SDKs, each with the whole payload',
    tags: ['flags'],
    request: { params },
    responses: { 200: { description: 'text/event-stream, GrowthBook’s features events' } },
  }),
)

const router = createRouter<AppEnv<EvaluationContext>>()
router.use('/api/features/*', allowPages)
router.use('/sub/*', allowPages)

export const growthbookRoutes = router
  .openapi(features, async (c) => {
    const { tag, payload } = await readPayload(c.var.ctx, 0)
    c.header('etag', tag)
    c.header('x-sse-support', 'enabled')
    if (knownTag(c.req.header('if-none-match')) === tag) return c.body(null, 304)
    return c.json(payload, 200)
  })
  .openapi(sub, async (c) => {
    const { ctx } = c.var
    const place = placeOf(ctx)
    return openStream(ctx.env, place, sinceOf(c.req.header('last-event-id')), async (news) => {
      const { payload } = await readPayload(ctx, news.version)
      return { name: 'features', data: JSON.stringify(payload) }
    })
  })
