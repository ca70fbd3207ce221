/**
 * The edge as it is deployed, and one route more: guarded like any other, doing nothing. Every
 * guarded route of the product also asks a database, a cache or a provider.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { json } from '../../shared/http.ts'
import { createApp } from '../../workers/app.ts'

export { FlagHub } from '../../durable-objects/flag-hub.ts'
export { VoiceSession } from '../../durable-objects/voice-session.ts'

const guarded = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: '/bench/guarded',
    responses: { 200: json(z.object({ ok: z.boolean() }), 'The caller may') },
  }),
)

const app = createApp().openapi(guarded, (c) => c.json({ ok: true }, 200))

export default { fetch: app.fetch } satisfies ExportedHandler<EdgeEnv>
