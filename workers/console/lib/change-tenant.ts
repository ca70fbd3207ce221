/** Everything is about another tenant from here on: nothing of the one before stays in this tab. */
import type { Session } from '../../identity/schemas.ts'
import type { Services } from './services.tsx'

/** @param next The session in the other tenant; null when the server is to say which one it is. */
export async function changeTenant(
  { session, queries, chat, conversation }: Services,
  next: Session | null,
): Promise<void> {
  if (next) session.adopt(next)
  else await session.refresh()
  chat.clear()
  conversation.clear()
  queries.removeQueries({ type: 'inactive' })
  await queries.resetQueries()
}
