/** Pages for everybody's work, and one's own account. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { firstPage } from '../lib/pages.ts'
import {
  readAssistant,
  readAssistants,
  readConversations,
  readExperiments,
  readFailure,
  readFlags,
  readKnowledge,
  readEvals,
  readSearch,
  readSessions,
  readSource,
  readVoice,
} from '../lib/search.ts'
import { shell } from './root.ts'

export const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: async ({ context }) => {
    const session = await context.session.restore()
    // Whoever is in no organization makes one there, or sees who they are.
    const to = session?.tenant ? firstPage(session.permissions) : '/account'
    throw redirect({ to, replace: true })
  },
})

export const assistant = createRoute({
  getParentRoute: () => shell,
  path: '/assistant',
  validateSearch: readAssistant,
  component: lazyRouteComponent(() => import('../pages/assistant/assistant.tsx'), 'AssistantPage'),
})

/** Where the page was before; links to sources in answers of the API lead here too. */
export const ask = createRoute({
  getParentRoute: () => shell,
  path: '/ask',
  validateSearch: readSource,
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/assistant', search, replace: true })
  },
})

export const voice = createRoute({
  getParentRoute: () => shell,
  path: '/voice',
  validateSearch: readVoice,
  component: lazyRouteComponent(() => import('../pages/voice.tsx'), 'VoicePage'),
})

export const sessions = createRoute({
  getParentRoute: () => shell,
  path: '/sessions',
  validateSearch: readSessions,
  component: lazyRouteComponent(() => import('../pages/sessions/sessions.tsx'), 'SessionsPage'),
})

export const knowledge = createRoute({
  getParentRoute: () => shell,
  path: '/knowledge',
  validateSearch: readKnowledge,
  component: lazyRouteComponent(() => import('../pages/knowledge.tsx'), 'KnowledgePage'),
})

export const search = createRoute({
  getParentRoute: () => shell,
  path: '/search',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('../pages/search/search.tsx'), 'SearchPage'),
})

export const evals = createRoute({
  getParentRoute: () => shell,
  path: '/evals',
  validateSearch: readEvals,
  component: lazyRouteComponent(() => import('../pages/evals/evals.tsx'), 'EvalsPage'),
})

export const assistants = createRoute({
  getParentRoute: () => shell,
  path: '/assistants',
  validateSearch: readAssistants,
  component: lazyRouteComponent(
    () => import('../pages/assistants/assistants.tsx'),
    'AssistantsPage',
  ),
})

export const conversations = createRoute({
  getParentRoute: () => shell,
  path: '/conversations',
  validateSearch: readConversations,
  component: lazyRouteComponent(
    () => import('../pages/conversations/conversations.tsx'),
    'ConversationsPage',
  ),
})

export const flags = createRoute({
  getParentRoute: () => shell,
  path: '/flags',
  validateSearch: readFlags,
  component: lazyRouteComponent(() => import('../pages/flags.tsx'), 'FlagsPage'),
})

export const experiments = createRoute({
  getParentRoute: () => shell,
  path: '/experiments',
  validateSearch: readExperiments,
  component: lazyRouteComponent(
    () => import('../pages/experiments/experiments.tsx'),
    'ExperimentsPage',
  ),
})

export const help = createRoute({
  getParentRoute: () => shell,
  path: '/help',
  component: lazyRouteComponent(() => import('../pages/help.tsx'), 'HelpPage'),
})

export const account = createRoute({
  getParentRoute: () => shell,
  path: '/account',
  validateSearch: readFailure,
  component: lazyRouteComponent(() => import('../pages/account/account.tsx'), 'AccountPage'),
})
