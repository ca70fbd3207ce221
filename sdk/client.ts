/**
 * The `voiceassist` client: questions, documents, flags, people and the audit log of one deployment.
 * No dependency; runs in browsers, Node and Workers. Speaking with the assistant is voice.ts.
 */
import { Account } from './account.ts'
import { Answers } from './answers.ts'
import { ApiKeys } from './api-keys.ts'
import { Applications } from './applications.ts'
import { type AskBody, AnswerStream } from './ask.ts'
import { Assistants } from './assistants.ts'
import { Audit } from './audit.ts'
import { Bases } from './bases.ts'
import { Conversations } from './conversations.ts'
import { Documents } from './documents.ts'
import { Evals } from './evals.ts'
import { Experiments } from './experiments.ts'
import { FlagChanges } from './flag-changes.ts'
import { FlagProposals } from './flag-proposals.ts'
import { FlagTrials } from './flag-trials.ts'
import { Flags } from './flags.ts'
import { McpServers } from './mcp-servers.ts'
import { Members } from './members.ts'
import { Operations } from './operations.ts'
import { Platform } from './platform.ts'
import { Reservations } from './reservations.ts'
import { Roles } from './roles.ts'
import { Searches } from './search.ts'
import { Teams } from './teams.ts'
import { Tenants } from './tenants.ts'
import { Traces } from './traces.ts'
import { createTransport, type TransportOptions } from './transport.ts'
import { Usage } from './usage.ts'
import { VoiceSessions } from './voice-sessions.ts'

/** Options of one question besides its words. */
export interface AskOptions extends Omit<AskBody, 'question'> {
  signal?: AbortSignal
}

/**
 * ```ts
 * const assistant = new VoiceAssist({ url: 'https://voice.example.com', token })
 * for await (const part of assistant.ask('How do I roll back?')) console.log(part)
 * ```
 */
export class VoiceAssist {
  readonly account: Account
  readonly answers: Answers
  readonly apiKeys: ApiKeys
  readonly applications: Applications
  readonly assistants: Assistants
  readonly audit: Audit
  readonly bases: Bases
  readonly conversations: Conversations
  readonly documents: Documents
  readonly experiments: Experiments
  readonly evals: Evals
  readonly flagChanges: FlagChanges
  readonly flags: Flags
  readonly flagTrials: FlagTrials
  /** Changes of segments and overrides that wait for approval. */
  readonly flagProposals: FlagProposals
  readonly mcpServers: McpServers
  readonly members: Members
  readonly operations: Operations
  readonly platform: Platform
  readonly reservations: Reservations
  readonly roles: Roles
  readonly searches: Searches
  readonly teams: Teams
  readonly tenants: Tenants
  readonly traces: Traces
  readonly usage: Usage
  readonly voiceSessions: VoiceSessions
  readonly #transport

  constructor(options: TransportOptions) {
    this.#transport = createTransport(options)
    this.account = new Account(this.#transport)
    this.answers = new Answers(this.#transport)
    this.apiKeys = new ApiKeys(this.#transport)
    this.applications = new Applications(this.#transport)
    this.assistants = new Assistants(this.#transport)
    this.audit = new Audit(this.#transport)
    this.bases = new Bases(this.#transport)
    this.conversations = new Conversations(this.#transport)
    this.documents = new Documents(this.#transport)
    this.experiments = new Experiments(this.#transport)
    this.evals = new Evals(this.#transport)
    this.flagChanges = new FlagChanges(this.#transport)
    this.flags = new Flags(this.#transport)
    this.flagTrials = new FlagTrials(this.#transport)
    this.flagProposals = new FlagProposals(this.#transport)
    this.mcpServers = new McpServers(this.#transport)
    this.members = new Members(this.#transport)
    this.operations = new Operations(this.#transport)
    this.platform = new Platform(this.#transport)
    this.reservations = new Reservations(this.#transport)
    this.roles = new Roles(this.#transport)
    this.searches = new Searches(this.#transport)
    this.teams = new Teams(this.#transport)
    this.tenants = new Tenants(this.#transport)
    this.traces = new Traces(this.#transport)
    this.usage = new Usage(this.#transport)
    this.voiceSessions = new VoiceSessions(this.#transport)
  }

  /** Sends the question when the answer is first read. */
  ask(question: string, { signal, ...rest }: AskOptions = {}): AnswerStream {
    return new AnswerStream(this.#transport, { question, ...rest }, signal)
  }
}
