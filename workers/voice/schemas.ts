/** How a voice session is asked for over HTTP; what is said in it is protocol.ts. */
import { z } from '@hono/zod-openapi'

export const RealtimeQuery = z.object({
  model: z.string().min(1, 'Name a model.').max(100).openapi({ example: 'voiceassist' }),
})
export type RealtimeQuery = z.infer<typeof RealtimeQuery>
