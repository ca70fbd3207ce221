/** The pages of the navigation: where they are, what they need, and the letter after `g`. */
import {
  Activity,
  Blocks,
  Bot,
  AppWindow,
  Building2,
  CalendarCheck,
  BookOpenText,
  ClipboardCheck,
  CircleDollarSign,
  CircleHelp,
  Flag,
  Headphones,
  FlaskConical,
  Server,
  MessageSquareText,
  MessagesSquare,
  Mic,
  UserRound,
  Users,
  UsersRound,
  Waypoints,
  KeyRound,
  ShieldCheck,
  ScrollText,
  Search,
  type LucideIcon,
} from 'lucide-react'
import type { Messages } from '../messages/en.ts'

type PageKey = Exclude<keyof Messages['nav'], 'label' | 'manage' | 'deployment' | 'more'>

export interface PageEntry {
  key: PageKey
  to:
    | '/assistant'
    | '/voice'
    | '/sessions'
    | '/knowledge'
    | '/search'
    | '/evals'
    | '/assistants'
    | '/conversations'
    | '/flags'
    | '/experiments'
    | '/members'
    | '/teams'
    | '/keys'
    | '/applications'
    | '/roles'
    | '/audit'
    | '/costs'
    | '/reservations'
    | '/mcp-servers'
    | '/traces'
    | '/organization'
    | '/overview'
    | '/platform'
    | '/help'
    | '/account'
  /** What it is about; `own` pages are reached from the account menu. */
  area: 'work' | 'manage' | 'deployment' | 'help' | 'own'
  icon: LucideIcon
  letter: string
  /** What the role must include; null for pages that need no more than a session. */
  permission: string | null
  /** What will do in its place. */
  instead?: string
}

const page = (
  key: PageKey & keyof typeof ICONS,
  area: PageEntry['area'],
  letter: string,
  permission: string | null,
): PageEntry => ({ key, to: `/${key}`, area, icon: ICONS[key], letter, permission })

const ICONS = {
  assistant: MessageSquareText,
  voice: Mic,
  sessions: Headphones,
  knowledge: BookOpenText,
  search: Search,
  evals: ClipboardCheck,
  assistants: Bot,
  conversations: MessagesSquare,
  flags: Flag,
  experiments: FlaskConical,
  members: Users,
  teams: UsersRound,
  keys: KeyRound,
  applications: AppWindow,
  roles: ShieldCheck,
  audit: ScrollText,
  reservations: CalendarCheck,
  'mcp-servers': Blocks,
  costs: CircleDollarSign,
  traces: Waypoints,
  organization: Building2,
  overview: Activity,
  platform: Server,
  help: CircleHelp,
  account: UserRound,
} as const

export const PAGES: readonly PageEntry[] = [
  page('assistant', 'work', 'a', 'rag.query'),
  page('voice', 'work', 'v', 'voice.start'),
  page('sessions', 'work', 'u', 'voice.start'),
  page('knowledge', 'work', 'k', 'kb.read'),
  page('search', 'work', 'q', 'rag.query'),
  page('evals', 'work', 'e', 'kb.read'),
  page('assistants', 'work', 'i', 'assistant.manage'),
  page('conversations', 'work', 'n', 'rag.query'),
  page('flags', 'work', 'f', 'flag.read'),
  page('experiments', 'work', 'x', 'flag.read'),
  page('members', 'manage', 'm', 'member.read'),
  page('teams', 'manage', 't', 'member.read'),
  page('keys', 'manage', 'y', 'key.manage'),
  page('applications', 'manage', 'p', 'key.manage'),
  page('reservations', 'manage', 'z', 'reservation.read'),
  page('mcp-servers', 'manage', 'j', 'key.manage'),
  page('roles', 'manage', 'r', 'member.read'),
  page('costs', 'manage', 'b', 'usage.read'),
  page('audit', 'manage', 'l', 'audit.read'),
  { ...page('traces', 'manage', 's', 'audit.read'), instead: 'admin.platform' },
  page('organization', 'manage', 'o', 'tenant.update'),
  page('overview', 'deployment', 'w', 'admin.platform'),
  page('platform', 'deployment', 'd', 'admin.platform'),
  page('help', 'help', 'h', null),
  page('account', 'own', 'c', null),
]

export function visiblePages(permissions: readonly string[]): readonly PageEntry[] {
  return PAGES.filter(({ permission, instead = '' }) => {
    return permission === null || permissions.includes(permission) || permissions.includes(instead)
  })
}

/** Where somebody with these permissions begins: the first page they may use. */
export const firstPage = (permissions: readonly string[]): PageEntry['to'] =>
  visiblePages(permissions)[0]?.to ?? '/help'

/** @param path Below /console */
export const pageAt = (path: string): PageEntry | undefined =>
  PAGES.find(({ to }) => path === to || path.startsWith(`${to}/`))
