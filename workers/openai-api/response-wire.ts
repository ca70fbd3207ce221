/**
 * Responses as OpenAI's clients read them, whole: a `file_search_call`, then a message whose
 * annotations are `file_citation`. https://platform.openai.com/docs/api-reference/responses
 * How one comes about in events is response-events.ts.
 */
import { extensionOf, marksOf, sourceOf, viewerUrl } from './proof.ts'
import type { Cited, Proved, Reply, Source } from './wire-types.ts'

export interface ResponseReply extends Reply {
  /** The search's results are part of the response only where `include` asks for them. */
  hasResults: boolean
  question: string
  instructions: string | null
  metadata: Readonly<Record<string, string>>
  /** The file_search tool, as it was asked for. */
  search: {
    vector_store_ids: readonly string[]
    max_num_results?: number
    filters?: object
  }
}

export function responseOf(reply: ResponseReply, answer: Proved, sources: readonly Source[]) {
  const { answerId, text, citations, usage } = answer
  const annotations = annotationsOf(citations, sources, text, 0)
  const output = [
    searchOf(reply, answerId, resultsOf(reply, sources, citations)),
    messageOf(answerId, 'completed', [textPart(text, annotations)]),
  ]
  return {
    ...frameOf(reply, answerId, 'completed'),
    completed_at: reply.created,
    output,
    output_text: text,
    usage: {
      input_tokens: usage.inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: usage.outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
    va: extensionOf(reply.publicUrl, answer),
  }
}

type Status = 'in_progress' | 'completed'

/** All of a response but what it says. */
export function frameOf(reply: ResponseReply, answerId: string, status: Status) {
  const { created, model, instructions, metadata, search } = reply
  return {
    id: `resp_${answerId}`,
    object: 'response' as const,
    created_at: created,
    status,
    error: null,
    incomplete_details: null,
    instructions,
    metadata,
    model,
    max_output_tokens: null,
    output: [] as object[],
    parallel_tool_calls: false,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: null,
    text: { format: { type: 'text' as const } },
    tool_choice: 'auto' as const,
    tools: [{ type: 'file_search' as const, ...search }],
    top_p: null,
    truncation: 'disabled' as const,
    usage: null as object | null,
  }
}

export const searchId = (answerId: string) => `fs_${answerId}`
export const messageId = (answerId: string) => `msg_${answerId}`

export function searchOf(
  { hasResults, question }: ResponseReply,
  answerId: string,
  results: readonly object[] | null,
  status: Status = 'completed',
) {
  const found = hasResults ? results : null
  const id = searchId(answerId)
  return { id, type: 'file_search_call' as const, status, queries: [question], results: found }
}

export function messageOf(answerId: string, status: Status, content: readonly object[]) {
  const id = messageId(answerId)
  return { id, type: 'message' as const, status, role: 'assistant' as const, content }
}

export const textPart = (text: string, annotations: readonly object[]) => ({
  type: 'output_text' as const,
  text,
  annotations,
  logprobs: [],
})

/** Characters of an attribute, as OpenAI limits them. */
const ATTRIBUTE = 512

/**
 * The chunks that were shown, best first, with their files' attributes. What the answer cites of one is its
 * place and its quote; of one that is not cited, where it stands and how it begins.
 */
export const resultsOf = (
  { publicUrl }: ResponseReply,
  sources: readonly Source[],
  citations: readonly Cited[],
) =>
  sources.map((source) => {
    const { documentId: file_id, fileName: filename, score, text } = source
    const cited = citations.find((citation) => sourceOf([source], citation))
    const { page, start, end } = cited ?? source
    const quote = (cited?.quote ?? text).slice(0, ATTRIBUTE)
    const url = viewerUrl(publicUrl, cited ?? source)
    const attributes = { ...source.attributes, page, start, end, quote, url }
    return { file_id, filename, score, text, attributes }
  })

/** One per mark in the piece; `index` is the mark's place in the whole text. */
export const annotationsOf = (
  citations: readonly Cited[],
  sources: readonly Source[],
  piece: string,
  at: number,
) =>
  marksOf(piece, at).flatMap(({ number, start: index }) => {
    const cited = citations.find((known) => known.number === number)
    if (!cited) return []
    const filename = sourceOf(sources, cited)?.fileName ?? cited.title
    return [{ type: 'file_citation' as const, index, file_id: cited.documentId, filename }]
  })
