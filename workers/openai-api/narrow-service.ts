/** What a question to knowledge bases may be of all that a chat or a response can ask: they have no functions. */
import { ProblemError } from '../../shared/errors.ts'
import { type Said, textOf } from './conversation.ts'
import type { ResponseRequest } from './responses-schemas.ts'
import type { ChatRequest } from './schemas.ts'

const NO_FUNCTIONS = 'A knowledge base calls no functions: ask the model va-assistant.'

/** @throws ProblemError invalid_fields, naming the field that asks for more */
export function saidInChat({ messages, tools, va }: ChatRequest): Said[] {
  if (tools && tools.length > 0) throw invalid('tools', NO_FUNCTIONS)
  if (va) throw invalid('va', 'This is for the models va-assistant.')
  return messages.map((message, at) => {
    if (message.role === 'tool') throw invalid(`messages/${at}/role`, NO_FUNCTIONS)
    return { role: message.role, text: textOf(message.content ?? '') }
  })
}

/** @throws ProblemError invalid_fields, naming the field that asks for more */
export function saidInInput({ input, previous_response_id, va }: ResponseRequest): Said[] {
  if (typeof previous_response_id === 'string') {
    const detail = 'Answers of a knowledge base are not kept: send the conversation as input.'
    throw invalid('previous_response_id', detail)
  }
  if (va) throw invalid('va', 'This is for the models va-assistant.')
  if (typeof input === 'string') return [{ role: 'user', text: input }]
  return input.flatMap((item, at) => {
    // Of replies of ours, sent back.
    if (item.type === 'file_search_call' || item.type === 'reasoning') return []
    if (item.type !== undefined && item.type !== 'message') {
      throw invalid(`input/${at}/type`, NO_FUNCTIONS)
    }
    return [{ role: item.role, text: textOf(item.content) }]
  })
}

/** The one file_search there may be. @throws ProblemError invalid_fields */
export function searchOf({ tools }: ResponseRequest) {
  const [search, second] = (tools ?? []).map((tool, at) => {
    if (tool.type === 'file_search') return tool
    throw invalid(`tools/${at}/type`, NO_FUNCTIONS)
  })
  if (second) throw invalid('tools', 'One file_search is enough.')
  return search
}

export function invalid(field: string, detail: string): ProblemError {
  const errors = [{ in: 'json', pointer: `/${field}`, detail }]
  return new ProblemError('invalid_fields', detail, { errors })
}
