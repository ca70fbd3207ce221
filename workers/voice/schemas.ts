/** How a voice session is asked for over HTTP; what is said in it is protocol.ts. */
import { z } from '@hono/zod-openapi'
import { SessionUpdate } from './config.ts'

export const RealtimeQuery = z.object({
  /** A voice key may have named it already. */
  model: z.string().min(1, 'Name a model.').max(100).optional().openapi({ example: 'voiceassist' }),
  /** Of `voiceassist.resume`: goes on with that session. */
  resume: z
    .string()
    .regex(/^[\w-]{1,64}\.[\w-]{1,64}$/, 'Send the token of voiceassist.resume.')
    .optional(),
  /** A session to follow as its supervisor; then no model is needed. */
  call_id: z.uuid('must be the id of a session').optional(),
})
export type RealtimeQuery = z.infer<typeof RealtimeQuery>

/** They travel in the key, which browsers send in a header, and servers refuse long ones. */
const MAX_SETTINGS_BYTES = 2000

const Expiry = z.strictObject({
  anchor: z.literal('created_at').default('created_at'),
  /** Until the first dial; the session itself goes on. */
  seconds: z.int().min(10).max(7200).default(600),
})

/** As OpenAI's `POST /v1/realtime/client_secrets` has it; `origin` is ours. */
export const NewClientSecret = z
  .strictObject({
    expires_after: Expiry.default({ anchor: 'created_at', seconds: 600 }),
    session: SessionUpdate.default({ type: 'realtime' }).refine(
      (session) => new TextEncoder().encode(JSON.stringify(session)).length <= MAX_SETTINGS_BYTES,
      `has more than ${MAX_SETTINGS_BYTES} bytes; send the rest as session.update`,
    ),
    /** The only page that may use the key. */
    origin: z
      .url()
      .max(200)
      .refine((url) => new URL(url).origin === url, 'must be an origin, without a path')
      .optional(),
  })
  .openapi('NewClientSecret')
export type NewClientSecret = z.infer<typeof NewClientSecret>

export const ClientSecret = z
  .object({
    value: z.string().openapi({ example: 'ek_…' }),
    /** Seconds since the epoch. */
    expires_at: z.int(),
    /** What the session will begin with, every default filled in. */
    session: z.looseObject({ type: z.literal('realtime'), id: z.string() }),
  })
  .openapi('ClientSecret')
export type ClientSecret = z.infer<typeof ClientSecret>

/** As OpenAI's `POST /v1/realtime/calls/{call_id}/refer`. */
export const ReferCall = z
  .strictObject({ target_uri: z.string().min(1).max(500) })
  .openapi('ReferCall')
