/** What pages for everybody's work keep in their address; those of administration are manage-search.ts. */
import { type CreateSearch, readCreate } from './manage-search.ts'
import { numberIn, type Search, textIn, yesIn } from './search-values.ts'

/** An open source text: the document, and the span to show when an answer cited it. */
export interface SourceSearch {
  doc?: string
  start?: number
  end?: number
  /** Whether it is shown how the text was cut. */
  chunks?: boolean
}

export const readSource = (search: Search): SourceSearch => ({
  ...textIn(search, 'doc'),
  ...numberIn(search, 'start'),
  ...numberIn(search, 'end'),
  ...yesIn(search, 'chunks'),
})

export interface AssistantSearch extends SourceSearch {
  /** Id of the one that answers; the default one when left out. */
  assistant?: string
  /** The conversation that goes on. */
  conversation?: string
  /** Whether the documents alone are asked. */
  documents?: boolean
}

export const readAssistant = (search: Search): AssistantSearch => ({
  ...readSource(search),
  ...textIn(search, 'assistant'),
  ...textIn(search, 'conversation'),
  ...yesIn(search, 'documents'),
})

/** Who answers, beside the source text. */
export interface VoiceSearch extends SourceSearch {
  assistant?: string
}

export const readVoice = (search: Search): VoiceSearch => ({
  ...readSource(search),
  ...textIn(search, 'assistant'),
})

export interface KnowledgeSearch extends SourceSearch {
  /** The knowledge base; all when left out. */
  kb?: string
  status?: string
  q?: string
  add?: boolean
}

export const readKnowledge = (search: Search): KnowledgeSearch => ({
  ...readSource(search),
  ...textIn(search, 'kb'),
  ...textIn(search, 'status'),
  ...textIn(search, 'q'),
  ...yesIn(search, 'add'),
})

export interface SearchSearch extends SourceSearch {
  /** The question. */
  q?: string
  /** The knowledge base; all when left out. */
  kb?: string
}

export const readSearch = (search: Search): SearchSearch => ({
  ...readSource(search),
  ...textIn(search, 'q'),
  ...textIn(search, 'kb'),
})

export interface SessionsSearch {
  /** The session that is open. */
  id?: string
  state?: string
  q?: string
  recorded?: boolean
}

export const readSessions = (search: Search): SessionsSearch => ({
  ...textIn(search, 'id'),
  ...textIn(search, 'state'),
  ...textIn(search, 'q'),
  ...yesIn(search, 'recorded'),
})

export interface EvalsSearch {
  /** The set that is open, and the two of its runs that are compared. */
  set?: string
  base?: string
  other?: string
  create?: boolean
  /** Whether rated answers are listed, of which ratings, and what their reasons say. */
  rated?: boolean
  range?: string
  reason?: string
}

export const readEvals = (search: Search): EvalsSearch => ({
  ...textIn(search, 'set'),
  ...textIn(search, 'base'),
  ...textIn(search, 'other'),
  ...yesIn(search, 'create'),
  ...yesIn(search, 'rated'),
  ...textIn(search, 'range'),
  ...textIn(search, 'reason'),
})

export interface FlagsSearch {
  q?: string
  type?: string
  state?: string
  tag?: string
  /** The flag that is open, and the environment it is seen in. */
  flag?: string
  environment?: string
  /** Over which its evaluations are shown. */
  period?: string
  create?: boolean
  /** Whether the page is that of taking in another product's flags. */
  import?: boolean
  /** Whether the page is that of what waits for approval. */
  approvals?: boolean
}

export const readFlags = (search: Search): FlagsSearch => ({
  ...textIn(search, 'q'),
  ...textIn(search, 'type'),
  ...textIn(search, 'state'),
  ...textIn(search, 'tag'),
  ...textIn(search, 'flag'),
  ...textIn(search, 'environment'),
  ...textIn(search, 'period'),
  ...yesIn(search, 'create'),
  ...yesIn(search, 'import'),
  ...yesIn(search, 'approvals'),
})

/** Why a provider's sign-in came back without one. */
interface FailureSearch {
  error?: string
  provider?: string
}

export const readFailure = (search: Search): FailureSearch => ({
  ...textIn(search, 'error'),
  ...textIn(search, 'provider'),
})

interface SignInSearch extends FailureSearch {
  /** Where to go afterwards. */
  from?: string
}

export const readSignIn = (search: Search): SignInSearch => ({
  ...textIn(search, 'from'),
  ...readFailure(search),
})

interface AssistantsSearch extends CreateSearch, SourceSearch {
  /** Id of the one that is open. */
  assistant?: string
  /** Whether the archived ones are shown. */
  archived?: boolean
}

export const readAssistants = (search: Search): AssistantsSearch => ({
  ...readCreate(search),
  ...readSource(search),
  ...textIn(search, 'assistant'),
  ...yesIn(search, 'archived'),
})

export interface ConversationsSearch extends SourceSearch {
  /** Id of the one that is shown in place of the list. */
  conversation?: string
  q?: string
  assistant?: string
  status?: string
  /** Id of whose they are, among everybody's. */
  user?: string
  /** RFC 3339. */
  from?: string
  to?: string
  /** Whether those of everybody are looked at. */
  all?: boolean
}

export const readConversations = (search: Search): ConversationsSearch => ({
  ...readSource(search),
  ...textIn(search, 'user'),
  ...textIn(search, 'conversation'),
  ...textIn(search, 'q'),
  ...textIn(search, 'assistant'),
  ...textIn(search, 'status'),
  ...textIn(search, 'from'),
  ...textIn(search, 'to'),
  ...yesIn(search, 'all'),
})

export interface ExperimentsSearch {
  /** Key of the one that is shown in place of the list. */
  experiment?: string
  environment?: string
  /** An earlier phase of it; the present one when left out. */
  phase?: number
}

export const readExperiments = (search: Search): ExperimentsSearch => ({
  ...textIn(search, 'experiment'),
  ...textIn(search, 'environment'),
  ...numberIn(search, 'phase'),
})
