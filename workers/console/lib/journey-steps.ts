/**
 * How far whoever sits here came on the ways through the console: which step was taken, not by whom
 * and with what. Watches what lives as long as the tab; telemetry.ts reports.
 */
import type { VoiceEvent } from '../../../sdk/voice.ts'
import type { Citation } from '../../knowledge/schemas.ts'
import type { Step } from '../../ops/rum-schemas.ts'
import { type Chat, citationsOf } from './chat.ts'
import type { Conversation } from './conversation.ts'
import type { Jobs } from './jobs.ts'
import type { SessionStore } from './session.ts'
import type { Uploads } from './uploads.ts'

type OnStep = (step: Step) => void

export class JourneySteps {
  readonly #today: () => string
  /** With the day, for a tab may be left open over night. */
  readonly #taken = new Set<string>()
  /** Steps that nobody was told of yet. */
  #early: Step[] = []
  #onStep: OnStep | null = null
  #voice: 'closed' | 'open' | 'failed' = 'closed'

  constructor(today = () => new Date().toISOString().slice(0, 10)) {
    this.#today = today
  }

  /** Tells of the first time of each step in a day, those before now included. */
  subscribe(onStep: OnStep): void {
    this.#onStep = onStep
    for (const step of this.#early.splice(0)) onStep(step)
  }

  take(step: Step): void {
    const key = `${this.#today()} ${step}`
    if (this.#taken.has(key)) return
    this.#taken.add(key)
    if (this.#onStep) this.#onStep(step)
    else this.#early.push(step)
  }

  /** The way of a call: opened, answered once, ended without a failure. */
  readonly hear = (event: VoiceEvent): void => {
    if (event.type === 'error') this.#voice = 'failed'
    else if (event.type === 'line') {
      const { change } = event
      if ('speaker' in change && change.speaker === 'assistant') this.take('turn')
    } else if (event.type === 'state') this.#hearState(event.state)
  }

  #hearState(state: Extract<VoiceEvent, { type: 'state' }>['state']): void {
    if (state === 'listening' && this.#voice !== 'open') {
      this.#voice = 'open'
      this.take('call')
    }
    if (state !== 'idle') return
    if (this.#voice === 'open') this.take('completed')
    this.#voice = 'closed'
  }
}

interface Watched {
  session: SessionStore
  uploads: Uploads
  jobs: Jobs
  chat: Chat
  conversation: Conversation
}

/** Takes the steps that show in what the tab keeps. */
export function watchSteps(steps: JourneySteps, watched: Watched): void {
  const { session, uploads, jobs, chat, conversation } = watched
  const indexed = new Set<string>()
  session.subscribe(() => {
    if (session.snapshot().status === 'signed-in') steps.take('login')
  })
  uploads.subscribeAdded(() => steps.take('upload'))
  jobs.subscribe(({ documentId, status }) => {
    if (status !== 'ready') return
    indexed.add(documentId)
    steps.take('indexed')
  })
  const take = (status: string, citations: readonly Citation[]) => {
    steps.take('query')
    if (status !== 'done') return
    steps.take('result')
    if (citations.some(({ documentId }) => indexed.has(documentId))) steps.take('cited')
  }
  conversation.subscribe(() => {
    for (const { status, citations } of conversation.snapshot()) take(status, citations)
  })
  chat.subscribe(() => {
    for (const turn of chat.snapshot()) take(turn.status, citationsOf(turn))
  })
}
