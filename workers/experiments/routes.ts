/** HTTP for what units did: OpenFeature's `track()`. */
import { createRoute } from '@hono/zod-openapi'
import { allowPages } from '../../shared/cors.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { Accepted, TrackRequest } from './schemas.ts'
import { type TrackContext, trackEvents } from './service.ts'

const PATH = '/api/track'

const track = secured(
  'flag.evaluate',
  createRoute({
    method: 'post',
    path: PATH,
    operationId: 'trackEvents',
    tags: ['experiments'],
    request: { body: jsonBody(TrackRequest) },
    responses: {
      202: json(Accepted, 'All of them will be counted; a repeat, once'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

const router = createRouter<AppEnv<TrackContext>>()
router.use(`${PATH}/*`, allowPages)

export const trackRoutes = router.openapi(track, async (c) =>
  c.json(await trackEvents(c.var.ctx, c.req.valid('json')), 202),
)
