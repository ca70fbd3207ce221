/** Which page is at which address. Every page is a chunk of its own. */
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { firstPage } from './lib/pages.ts'
import type { Services } from './lib/services.tsx'
import { PageError, PageMissing, PagePending } from './ui/page-states.tsx'
import { Shell } from './ui/shell.tsx'

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

const readSource = (search: Search): SourceSearch => ({
  ...textIn(search, 'doc'),
  ...numberIn(search, 'start'),
  ...numberIn(search, 'end'),
})

export interface KnowledgeSearch extends SourceSearch {
  status?: string
  q?: string
  add?: boolean
}

export interface FlagsSearch {
  q?: string
  create?: boolean
}

/** Why a provider's sign-in came back without one. */
interface FailureSearch {
  error?: string
  provider?: string
}

const readFailure = (search: Search): FailureSearch => ({
  ...textIn(search, 'error'),
  ...textIn(search, 'provider'),
})
export interface MembersSearch {
  q?: string
  invite?: boolean
}

export interface KeysSearch {
  create?: boolean
}

export interface RolesSearch {
  create?: boolean
  /** Name of the role whose form is open. */
  edit?: string
}

export interface AuditSearch {
  event?: string
  actor?: string
  outcome?: string
  /** RFC 3339. */
  from?: string
  to?: string
}

const root = createRootRouteWithContext<Services>()()

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Search): { from?: string } & FailureSearch => ({
    ...textIn(search, 'from'),
    ...readFailure(search),
  }),
  component: lazyRouteComponent(() => import('./pages/sign-in.tsx'), 'SignInPage'),
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./pages/setup.tsx'), 'SetupPage'),
})

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('./pages/forgot-password.tsx'), 'ForgotPasswordPage'),
})

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('./pages/reset-password.tsx'), 'ResetPasswordPage'),
})

const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
  component: lazyRouteComponent(() => import('./pages/verify-email.tsx'), 'VerifyEmailPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./pages/invitation.tsx'), 'InvitationPage'),
})

const consent = createRoute({
  getParentRoute: () => root,
  path: '/consent',
  beforeLoad: async ({ context }) => {
    if (await context.session.restore()) return
    const from = `/consent${window.location.hash}`
    throw redirect({ to: '/sign-in', search: { from } })
  },
  component: lazyRouteComponent(() => import('./pages/consent.tsx'), 'ConsentPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const session = await context.session.restore()
    if (!session) throw redirect({ to: '/sign-in', search: { from: location.href } })
  },
  component: Shell,
})

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: async ({ context }) => {
    const session = await context.session.restore()
    // Whoever is in no organization makes one there, or sees who they are.
    const to = session?.tenant ? firstPage(session.permissions) : '/account'
    throw redirect({ to, replace: true })
  },
})

const ask = createRoute({
  getParentRoute: () => shell,
  path: '/ask',
  validateSearch: readSource,
  component: lazyRouteComponent(() => import('./pages/ask.tsx'), 'AskPage'),
})

const voice = createRoute({
  getParentRoute: () => shell,
  path: '/voice',
  validateSearch: readSource,
  component: lazyRouteComponent(() => import('./pages/voice.tsx'), 'VoicePage'),
})

const knowledge = createRoute({
  getParentRoute: () => shell,
  path: '/knowledge',
  validateSearch: (search: Search): KnowledgeSearch => ({
    ...readSource(search),
    ...textIn(search, 'status'),
    ...textIn(search, 'q'),
    ...yesIn(search, 'add'),
  }),
  component: lazyRouteComponent(() => import('./pages/knowledge.tsx'), 'KnowledgePage'),
})

const flags = createRoute({
  getParentRoute: () => shell,
  path: '/flags',
  validateSearch: (search: Search): FlagsSearch => ({
    ...textIn(search, 'q'),
    ...yesIn(search, 'create'),
  }),
  component: lazyRouteComponent(() => import('./pages/flags.tsx'), 'FlagsPage'),
})

const help = createRoute({
  getParentRoute: () => shell,
  path: '/help',
  component: lazyRouteComponent(() => import('./pages/help.tsx'), 'HelpPage'),
})

const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  validateSearch: readFailure,
  component: lazyRouteComponent(() => import('./pages/account/account.tsx'), 'AccountPage'),
})

const members = createRoute({
  getParentRoute: () => shell,
  path: '/members',
  validateSearch: (search: Search): MembersSearch => ({
    ...textIn(search, 'q'),
    ...yesIn(search, 'invite'),
  }),
  component: lazyRouteComponent(() => import('./pages/members/members.tsx'), 'MembersPage'),
})

const keys = createRoute({
  getParentRoute: () => shell,
  path: '/keys',
  validateSearch: (search: Search): KeysSearch => yesIn(search, 'create'),
  component: lazyRouteComponent(() => import('./pages/keys/keys.tsx'), 'KeysPage'),
})

const roles = createRoute({
  getParentRoute: () => shell,
  path: '/roles',
  validateSearch: (search: Search): RolesSearch => ({
    ...yesIn(search, 'create'),
    ...textIn(search, 'edit'),
  }),
  component: lazyRouteComponent(() => import('./pages/roles/roles.tsx'), 'RolesPage'),
})

const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: (search: Search): AuditSearch => ({
    ...textIn(search, 'event'),
    ...textIn(search, 'actor'),
    ...textIn(search, 'outcome'),
    ...textIn(search, 'from'),
    ...textIn(search, 'to'),
  }),
  component: lazyRouteComponent(() => import('./pages/audit/audit.tsx'), 'AuditPage'),
})

/** An address that is none, shown inside the shell like any page. */
const missing = createRoute({ getParentRoute: () => shell, path: '$', component: PageMissing })

const routeTree = root.addChildren([
  signIn,
  setup,
  forgotPassword,
  resetPassword,
  verifyEmail,
  invitation,
  consent,
  shell.addChildren([
    home,
    ask,
    voice,
    knowledge,
    flags,
    help,
    account,
    members,
    keys,
    roles,
    audit,
    missing,
  ]),
])

export function createAppRouter(services: Services) {
  return createRouter({
    routeTree,
    basepath: '/console',
    context: services,
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: PageMissing,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
