/** What of the page's address is asked of the server. */
import { useSearch } from '@tanstack/react-router'
import type { ConversationFilter, ConversationReach } from '../../../../sdk/conversations.ts'
import { usePermission } from '../../lib/hooks.ts'
import { fromLocalInput } from '../../lib/local-time.ts'
import type { ConversationsSearch } from '../../lib/search.ts'

export const STATUSES = ['open', 'handed_off'] as const
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Of an address somebody may have written by hand: what cannot be asked for is left out. */
export function filterOf(search: ConversationsSearch): ConversationFilter {
  const { assistant = '' } = search
  const moment = (text: string | undefined) => (text ? fromLocalInput(text) : '')
  const [from, to, q] = [moment(search.from), moment(search.to), search.q?.trim().slice(0, 200)]
  const status = STATUSES.find((each) => each === search.status)
  return {
    ...(q && { q }),
    ...(UUID.test(assistant) && { assistant }),
    ...(status && { status }),
    ...(search.user && search.all && { user: search.user.slice(0, 128) }),
    ...(from && { from }),
    ...(to && { to }),
  }
}

/** Whose conversations are shown: everybody's to who may read them and wants them. */
export function useReach(): ConversationReach {
  const { all = false } = useSearch({ from: '/shell/conversations' })
  const mayRead = usePermission('conversation.read')
  return all && mayRead ? 'everyone' : 'own'
}
