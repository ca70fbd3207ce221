/**
 * The events of a streamed response, in the order and by the names that clients know:
 * https://platform.openai.com/docs/api-reference/responses-streaming
 */
import {
  annotationsOf,
  frameOf,
  messageId,
  messageOf,
  responseOf,
  type ResponseReply,
  resultsOf,
  searchId,
  searchOf,
  textPart,
} from './response-wire.ts'
import type { Cited, Happened, Source } from './wire-types.ts'

export interface StreamEvent {
  type: string
  sequence_number: number
  [field: string]: unknown
}

/** What each thing that happens is told as. */
export function createResponseEvents(reply: ResponseReply) {
  const citations: Cited[] = []
  const annotations: object[] = []
  let sources: readonly Source[] = []
  let [answerId, text, number] = ['', '', 0]
  const event = (type: string, fields: object): StreamEvent => ({
    type: `response.${type}`,
    sequence_number: number++,
    ...fields,
  })
  const place = () => ({ item_id: messageId(answerId), output_index: 1, content_index: 0 })

  function begin(): StreamEvent[] {
    const response = frameOf(reply, answerId, 'in_progress')
    const search = { output_index: 0, item_id: searchId(answerId) }
    const results = resultsOf(reply, sources, [])
    return [
      event('created', { response }),
      event('in_progress', { response }),
      event('output_item.added', {
        output_index: 0,
        item: searchOf(reply, answerId, null, 'in_progress'),
      }),
      event('file_search_call.in_progress', search),
      event('file_search_call.searching', search),
      event('file_search_call.completed', search),
      event('output_item.done', { output_index: 0, item: searchOf(reply, answerId, results) }),
      event('output_item.added', {
        output_index: 1,
        item: messageOf(answerId, 'in_progress', []),
      }),
      event('content_part.added', { ...place(), part: textPart('', []) }),
    ]
  }

  function say(delta: string): StreamEvent[] {
    const made = annotationsOf(citations, sources, delta, text.length)
    const said = event('output_text.delta', { ...place(), delta, logprobs: [] })
    text += delta
    const told = made.map((annotation, index) =>
      event('output_text.annotation.added', {
        ...place(),
        annotation_index: annotations.length + index,
        annotation,
      }),
    )
    annotations.push(...made)
    return [said, ...told]
  }

  return (happened: Happened): StreamEvent[] => {
    switch (happened.type) {
      case 'found':
        ;({ answerId, sources } = happened)
        return begin()
      case 'citation':
        citations.push(happened.citation)
        return []
      case 'delta':
        return say(happened.text)
      case 'done': {
        const part = textPart(text, annotations)
        const item = messageOf(answerId, 'completed', [part])
        const response = responseOf(reply, happened.answer, sources)
        return [
          event('output_text.done', { ...place(), text, logprobs: [] }),
          event('content_part.done', { ...place(), part }),
          event('output_item.done', { output_index: 1, item }),
          event('completed', { response }),
        ]
      }
    }
  }
}
