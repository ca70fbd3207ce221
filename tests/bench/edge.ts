/**
 * The edge as it is deployed, and four routes more. One is guarded like any other and does nothing,
 * for every guarded route of the product also asks a database, a cache or a provider; one is the same
 * without a guard. The third checks tokens and nothing else, a fourth passes a model's stream on.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { open, secured } from '../../shared/guards.ts'
import { json, jsonBody } from '../../shared/http.ts'
import { createApp } from '../../workers/app.ts'
import { authenticate } from '../../workers/identity/service.ts'

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

const unguarded = open(
  createRoute({
    method: 'get',
    path: '/bench/open',
    responses: { 200: json(z.object({ ok: z.boolean() }), 'Anybody may') },
  }),
)

const checking = open(
  createRoute({
    method: 'post',
    path: '/bench/tokens',
    request: { body: jsonBody(z.object({ tokens: z.array(z.string()), times: z.int() })) },
    responses: { 204: { description: 'Each token was good each time' } },
  }),
)

/** The model's own stream through a Worker that does nothing with it. */
const piping = open(
  createRoute({
    method: 'post',
    path: '/bench/model',
    request: { body: jsonBody(z.object({ say: z.int() })) },
    responses: { 200: { description: 'What the model streams' } },
  }),
)

const app = createApp()
  .openapi(guarded, (c) => c.json({ ok: true }, 200))
  .openapi(unguarded, (c) => c.json({ ok: true }, 200))
  .openapi(checking, async (c) => {
    const { tokens, times } = c.req.valid('json')
    const callers = tokens.map((token) => new Headers({ authorization: `Bearer ${token}` }))
    for (let n = 0; n < times; n++) {
      for (const headers of callers) await authenticate(c.env, headers)
    }
    return c.body(null, 204)
  })
  .openapi(piping, async (c) => {
    const content = `Say ${c.req.valid('json').say}.`
    const body = { model: 'bench', stream: true, messages: [{ role: 'user', content }] }
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const response = await fetch(`${c.env.OPENAI_BASE_URL}/chat/completions`, init)
    return new Response(response.body, { headers: { 'content-type': 'text/event-stream' } })
  })

export default { fetch: app.fetch } satisfies ExportedHandler<EdgeEnv>
