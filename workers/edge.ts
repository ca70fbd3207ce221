/** The edge Worker: the only file wrangler.toml names. */
import { createApp } from './app.ts'
import { runSchedule } from './schedule.ts'

export { FlagHub } from '../durable-objects/flag-hub.ts'
export { VoiceSession } from '../durable-objects/voice-session.ts'

const app = createApp()

export default {
  fetch: app.fetch,
  scheduled: runSchedule,
} satisfies ExportedHandler<EdgeEnv>
