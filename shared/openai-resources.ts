/**
 * What the Workers' bundles have of OpenAI's client ([alias] in the wrangler files): chat, embeddings and
 * audio. The client makes every resource of that API, whatever is called; the others are empty here, and so
 * are its helpers that run tools by themselves.
 */
export { Audio } from 'openai/resources/audio/audio'
export { Chat } from 'openai/resources/chat/chat'
export { Embeddings } from 'openai/resources/embeddings'

/** Constructed with the client, and never called. */
function Absent() {}

export {
  Absent as Admin,
  Absent as Batches,
  Absent as Beta,
  Absent as ChatCompletionRunner,
  Absent as ChatCompletionStream,
  Absent as ChatCompletionStreamingRunner,
  Absent as Completions,
  Absent as Containers,
  Absent as ContentProvenanceChecks,
  Absent as Conversations,
  Absent as Decisions,
  Absent as Evals,
  Absent as Files,
  Absent as FineTuning,
  Absent as Graders,
  Absent as Images,
  Absent as Live,
  Absent as Models,
  Absent as Moderations,
  Absent as Realtime,
  Absent as Responses,
  Absent as Safety,
  Absent as Skills,
  Absent as Uploads,
  Absent as VectorStores,
  Absent as Videos,
  Absent as Webhooks,
}
