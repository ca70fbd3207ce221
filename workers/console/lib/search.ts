/** What pages keep in their address behind the `?`, and how it is read: what has another type is left out. */
import type { Period } from '../../ops/schemas.ts'

export const PERIODS = ['1h', '6h', '24h', '7d', '30d'] as const satisfies readonly Period[]

type Search = Record<string, unknown>

const textIn = (search: Search, name: string) =>
  typeof search[name] === 'string' ? { [name]: search[name] } : {}
const numberIn = (search: Search, name: string) =>
  Number.isInteger(search[name]) ? { [name]: search[name] } : {}
const yesIn = (search: Search, name: string) => (search[name] === true ? { [name]: true } : {})

/** An open source text: the document, and the span to show when an answer cited it. */
export interface SourceSearch {
  doc?: string
  start?: number
  end?: number
}

export const readSource = (search: Search): SourceSearch => ({
  ...textIn(search, 'doc'),
  ...numberIn(search, 'start'),
  ...numberIn(search, 'end'),
})

export interface KnowledgeSearch extends SourceSearch {
  status?: string
  q?: string
  add?: boolean
}

export const readKnowledge = (search: Search): KnowledgeSearch => ({
  ...readSource(search),
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

export interface EvalsSearch {
  /** The set that is open, and the two of its runs that are compared. */
  set?: string
  base?: string
  other?: string
  create?: boolean
}

export const readEvals = (search: Search): EvalsSearch => ({
  ...textIn(search, 'set'),
  ...textIn(search, 'base'),
  ...textIn(search, 'other'),
  ...yesIn(search, 'create'),
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

interface MembersSearch {
  q?: string
  invite?: boolean
}

export const readMembers = (search: Search): MembersSearch => ({
  ...textIn(search, 'q'),
  ...yesIn(search, 'invite'),
})

/** A list whose form for a new one is open or not. */
interface CreateSearch {
  create?: boolean
}

export const readCreate = (search: Search): CreateSearch => yesIn(search, 'create')

interface TeamsSearch extends CreateSearch {
  /** Id of the team whose members are shown. */
  team?: string
}

export const readTeams = (search: Search): TeamsSearch => ({
  ...readCreate(search),
  ...textIn(search, 'team'),
})

interface RolesSearch extends CreateSearch {
  /** Name of the role whose form is open. */
  edit?: string
}

export const readRoles = (search: Search): RolesSearch => ({
  ...readCreate(search),
  ...textIn(search, 'edit'),
})

interface OverviewSearch {
  period?: Period
}

/** What is no period is left out, and the page shows its own. */
export const readOverview = ({ period }: Search): OverviewSearch => {
  const known = PERIODS.find((each) => each === period)
  return known ? { period: known } : {}
}

interface PlatformSearch {
  /** Address of the account that is shown. */
  email?: string
}

export const readPlatform = (search: Search): PlatformSearch => textIn(search, 'email')

export interface AuditSearch {
  event?: string
  actor?: string
  outcome?: string
  /** RFC 3339. */
  from?: string
  to?: string
}

export const readAudit = (search: Search): AuditSearch => ({
  ...textIn(search, 'event'),
  ...textIn(search, 'actor'),
  ...textIn(search, 'outcome'),
  ...textIn(search, 'from'),
  ...textIn(search, 'to'),
})

export interface TracesSearch {
  /** Id of the trace that is shown in place of the list. */
  trace?: string
  request?: string
  route?: string
  status?: string
  /** Milliseconds. */
  min?: number
  failed?: boolean
  /** RFC 3339. */
  from?: string
  to?: string
  /** Whether those of the whole platform are looked at. */
  all?: boolean
}

export const readTraces = (search: Search): TracesSearch => ({
  ...textIn(search, 'trace'),
  ...textIn(search, 'request'),
  ...textIn(search, 'route'),
  ...textIn(search, 'status'),
  ...numberIn(search, 'min'),
  ...yesIn(search, 'failed'),
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
