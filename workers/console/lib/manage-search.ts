/** What pages of those who look after the organization or the deployment keep in their address. */
import type { Period } from '../../ops/schemas.ts'
import { type CostsSearch, GROUPS } from './cost-search.ts'
import { numberIn, type Search, textIn, yesIn } from './search-values.ts'

export const PERIODS = ['1h', '6h', '24h', '7d', '30d'] as const satisfies readonly Period[]

interface MembersSearch {
  q?: string
  invite?: boolean
}

export const readMembers = (search: Search): MembersSearch => ({
  ...textIn(search, 'q'),
  ...yesIn(search, 'invite'),
})

/** A list whose form for a new one is open or not. */
export interface CreateSearch {
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

export const readCosts = (search: Search): CostsSearch => {
  const by = GROUPS.find((known) => known === search['by'])
  return {
    ...(by && { by }),
    ...textIn(search, 'from'),
    ...textIn(search, 'to'),
    ...textIn(search, 'user'),
    ...textIn(search, 'key'),
    ...textIn(search, 'model'),
    ...textIn(search, 'purpose'),
    ...textIn(search, 'endpoint'),
    ...textIn(search, 'query'),
  }
}

export interface ReservationsSearch extends CreateSearch {
  /** Id of the one that is open. */
  reservation?: string
  status?: string
  /** RFC 3339. */
  from?: string
  to?: string
}

export const readReservations = (search: Search): ReservationsSearch => ({
  ...readCreate(search),
  ...textIn(search, 'reservation'),
  ...textIn(search, 'status'),
  ...textIn(search, 'from'),
  ...textIn(search, 'to'),
})

interface McpServersSearch extends CreateSearch {
  /** Id of the one whose tools are chosen. */
  server?: string
}

export const readMcpServers = (search: Search): McpServersSearch => ({
  ...readCreate(search),
  ...textIn(search, 'server'),
})
