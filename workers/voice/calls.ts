/** The part of a reply that asks the client to run its functions. */
import { addItem } from './conversation.ts'
import { type Call, chain, newId, type Response, type Session, send, type Step } from './session.ts'
import { events } from './wire.ts'

/** What the client is to run follows what is said. */
export function addCalls(session: Session, response: Response): Step {
  const { outputs: first } = response
  return response.calls.reduce<Step>(
    (known, call, index) => chain(known, (next) => addCall(next, response, call, first + index)),
    [session, []],
  )
}

function addCall(session: Session, response: Response, call: Call, index: number): Step {
  const [id, named] = newId(session, 'item')
  const [callId, numbered] = newId(named, 'call')
  const item = {
    type: 'function_call',
    id,
    status: 'completed',
    callId,
    ...call,
    responseId: response.id,
  } as const
  // Clients run what is complete: without arguments it is not.
  const open = { ...item, status: 'in_progress', arguments: '' } as const
  const begun = send(events.outputItemAdded(response, open, index))
  return chain([numbered, begun], (next) =>
    chain(addItem(next, item), (last) => [
      last,
      send(
        events.argumentsDelta(response, item, index),
        events.argumentsDone(response, item, index),
        events.outputItemDone(response, item, index),
      ),
    ]),
  )
}
