/** Items as a client sends them: to the conversation, or as what one reply is made from. */
import { z } from 'zod'
import { LIMITS } from './limits.ts'

export const id = z.string().min(1).max(128)
const Text = z.string().max(LIMITS.textChars, `At most ${LIMITS.textChars} characters.`)
const item = {
  id: id.optional(),
  object: z.literal('realtime.item').optional(),
  status: z.string().optional(),
}
const message = { ...item, type: z.literal('message') }
const InputText = z.strictObject({
  type: z.literal('input_text', 'Only input_text; send audio through input_audio_buffer.append.'),
  text: Text,
})
const OutputText = z.strictObject({
  type: z.literal('output_text', 'Only output_text.'),
  text: Text,
})
const parts = <Part extends z.ZodType>(part: Part) => z.array(part).min(1).max(16)

const NewMessage = z.discriminatedUnion('role', [
  z.strictObject({ ...message, role: z.literal('user'), content: parts(InputText) }),
  z.strictObject({ ...message, role: z.literal('system'), content: parts(InputText) }),
  z.strictObject({ ...message, role: z.literal('assistant'), content: parts(OutputText) }),
])

export const NewItem = z.discriminatedUnion('type', [
  NewMessage,
  z.strictObject({
    ...item,
    type: z.literal('function_call'),
    call_id: id,
    name: z.string().min(1).max(64),
    arguments: z.string().max(LIMITS.outputChars),
  }),
  z.strictObject({
    ...item,
    type: z.literal('function_call_output'),
    call_id: id,
    output: z.string().max(LIMITS.outputChars, `At most ${LIMITS.outputChars} characters.`),
  }),
])
export type NewItem = z.output<typeof NewItem>

/** One of the conversation's, or one of its own. */
export const InputItem = z.union(
  [z.strictObject({ type: z.literal('item_reference'), id }), NewItem],
  'Send an item, or {"type": "item_reference", "id": …}.',
)
export type InputItem = z.output<typeof InputItem>
