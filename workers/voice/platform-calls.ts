/**
 * Calls of the platform's own tools, as items of the conversation and in the protocol's words for
 * tools that a server runs. They are carried out where the reply is made; here they are shown.
 */
import { addItem, previousOf, replaceItem } from './conversation.ts'
import type { PlatformCall } from './items.ts'
import {
  chain,
  newId,
  type Response,
  type Session,
  type SessionEventOf,
  send,
  type Step,
} from './session.ts'
import { callEvents } from './wire-calls.ts'
import { events } from './wire.ts'

export function beginCall(session: Session, event: SessionEventOf<'tool_called'>): Step {
  const { response } = session
  if (!response) return [session, []]
  const { callId, name, arguments: text } = event
  const [id, numbered] = newId(session, 'mcp')
  const index = response.outputs
  const call: PlatformCall = {
    type: 'mcp_call',
    id,
    status: 'in_progress',
    callId,
    name,
    arguments: text,
    output: null,
    error: null,
    responseId: response.id,
  }
  const counted = { ...numbered, response: { ...response, outputs: index + 1 } }
  const added = send(events.outputItemAdded(response, call, index))
  return chain([counted, added], (next) =>
    chain(addItem(next, call), (last) => [
      last,
      send(
        callEvents.argumentsDelta(response, call, index),
        callEvents.argumentsDone(response, call, index),
        callEvents.inProgress(call, index),
      ),
    ]),
  )
}

export function endCall(session: Session, event: SessionEventOf<'tool_returned'>): Step {
  const { response } = session
  const call =
    response && openCalls(session, response).find(({ callId }) => callId === event.callId)
  if (!response || !call) return [session, []]
  const { ok, content } = event
  return close(session, response, { ...call, ...(ok ? { output: content } : { error: content }) })
}

/** The reply is over before its calls: what they bring is not waited for. */
export const abandonCalls = (session: Session, response: Response): Step =>
  openCalls(session, response).reduce<Step>(
    (known, call) =>
      chain(known, (next) => close(next, response, { ...call, error: 'It was not waited for.' })),
    [session, []],
  )

function close(session: Session, response: Response, call: PlatformCall): Step {
  const isDone = call.output !== null
  const closed = { ...call, status: isDone ? ('completed' as const) : ('incomplete' as const) }
  const index = indexOf(session, closed)
  return [
    replaceItem(session, closed),
    send(
      isDone ? callEvents.completed(closed, index) : callEvents.failed(closed, index),
      events.outputItemDone(response, closed, index),
      events.itemDone(closed, previousOf(session, closed.id)),
    ),
  ]
}

const openCalls = ({ items }: Session, { id }: Response): PlatformCall[] =>
  items
    .filter((item) => item.type === 'mcp_call')
    .filter(({ responseId, status }) => responseId === id && status === 'in_progress')

/** Where in its reply the call stands: behind the calls before it, and the message if that was first. */
function indexOf({ items, response }: Session, { id, responseId }: PlatformCall): number {
  const own = items.filter(
    (item) =>
      item.id === response?.itemId || (item.type === 'mcp_call' && item.responseId === responseId),
  )
  return own.findIndex((item) => item.id === id)
}
