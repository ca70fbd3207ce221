/** What lives as long as the tab: the session, the client, and work that outlasts a page. */
import { QueryClient } from '@tanstack/react-query'
import { createContext, use } from 'react'
import { VoiceAssist } from '../../../sdk/client.ts'
import { Chat } from './chat.ts'
import { Conversation } from './conversation.ts'
import { addDocument } from './document-cache.ts'
import { Jobs } from './jobs.ts'
import { JourneySteps, watchSteps } from './journey-steps.ts'
import { SessionStore } from './session.ts'
import { Uploads } from './uploads.ts'

export interface Services {
  readonly session: SessionStore
  readonly client: VoiceAssist
  readonly queries: QueryClient
  readonly chat: Chat
  /** Questions to the documents alone. */
  readonly conversation: Conversation
  readonly uploads: Uploads
  readonly jobs: Jobs
  readonly steps: JourneySteps
}

const FRESH_MS = 10_000

/** The client retries by itself, so the cache does not. */
const queryDefaults = {
  queries: { retry: false, staleTime: FRESH_MS },
  mutations: { retry: false },
}

export function createServices(): Services {
  const session = new SessionStore()
  const client = new VoiceAssist({ url: '', getToken: session.getToken })
  const queries = new QueryClient({ defaultOptions: queryDefaults })
  const uploads = new Uploads(client)
  const jobs = new Jobs(client, queries)
  uploads.subscribeAdded(({ document, job, isNew }) => {
    addDocument(queries, document)
    if (isNew) void jobs.follow(job.id)
  })
  const chat = new Chat(client)
  const conversation = new Conversation(client)
  const steps = new JourneySteps()
  watchSteps(steps, { session, uploads, jobs, chat, conversation })
  session.subscribe(() => {
    if (session.snapshot().status !== 'signed-out') return
    // Whoever signs in next sees nothing of whoever was here.
    queries.clear()
    chat.clear()
    conversation.clear()
    uploads.clear()
  })
  return { session, client, queries, chat, conversation, uploads, jobs, steps }
}

const ServicesContext = createContext<Services | null>(null)
export const ServicesProvider = ServicesContext.Provider

export function useServices(): Services {
  const services = use(ServicesContext)
  if (!services) throw new Error('ServicesProvider is missing above this component')
  return services
}
