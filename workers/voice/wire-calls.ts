/** What the server says of the platform's tools while they run; other events are wire.ts. */
import type { PlatformCall } from './items.ts'
import type { Response } from './session.ts'

const placeOf = ({ id }: PlatformCall, index: number) => ({ item_id: id, output_index: index })

export const callEvents = {
  argumentsDelta: (response: Response, call: PlatformCall, index: number) => ({
    type: 'response.mcp_call_arguments.delta' as const,
    response_id: response.id,
    ...placeOf(call, index),
    delta: call.arguments,
  }),
  argumentsDone: (response: Response, call: PlatformCall, index: number) => ({
    type: 'response.mcp_call_arguments.done' as const,
    response_id: response.id,
    ...placeOf(call, index),
    arguments: call.arguments,
  }),
  inProgress: (call: PlatformCall, index: number) => ({
    type: 'response.mcp_call.in_progress' as const,
    ...placeOf(call, index),
  }),
  completed: (call: PlatformCall, index: number) => ({
    type: 'response.mcp_call.completed' as const,
    ...placeOf(call, index),
  }),
  failed: (call: PlatformCall, index: number) => ({
    type: 'response.mcp_call.failed' as const,
    ...placeOf(call, index),
  }),
}
