/** Every word of the console in English. Its type is the contract the other languages satisfy. */
import { ask, source } from './ask-en.ts'
import { door } from './door-en.ts'
import { flag } from './flag-en.ts'
import { help } from './help-en.ts'
import { keys } from './keys-en.ts'
import { knowledge } from './knowledge-en.ts'
import { members } from './members-en.ts'
import { account } from './menu-en.ts'
import { organization } from './organization-en.ts'
import { permissions } from './permissions-en.ts'
import { rating } from './rating-en.ts'
import { roles } from './roles-en.ts'
import { teams } from './teams-en.ts'
import { traces } from './traces-en.ts'
import { voice } from './voice-en.ts'
import { ways } from './ways-en.ts'

export const en = {
  locale: 'en',
  common: {
    actions: 'Actions',
    cancel: 'Cancel',
    close: 'Close',
    copied: 'Copied',
    copy: 'Copy',
    create: 'Create',
    delete: 'Delete',
    dismiss: 'Dismiss',
    done: 'Done',
    download: 'Download',
    loading: 'Loading',
    loadMore: 'Load more',
    retry: 'Retry',
    tryAgain: 'Try again',
    requestId: 'Request id',
    copyRequestId: 'Copy request id',
    offline: 'You are offline. What you see may be old.',
    staleSince: (time: string) => `Could not refresh. Shown as of ${time}.`,
    skipToContent: 'Skip to content',
    actingAs: (name: string, tenant: string) => `You act as ${name} in ${tenant}. It is on record.`,
    stopActing: 'Stop acting',
  },
  nav: {
    label: 'Pages',
    assistant: 'Assistant',
    voice: 'Voice',
    sessions: 'Sessions',
    knowledge: 'Knowledge',
    search: 'Search',
    evals: 'Evaluations',
    assistants: 'Assistants',
    conversations: 'Conversations',
    flags: 'Flags',
    experiments: 'Experiments',
    help: 'Help',
    members: 'Members',
    teams: 'Teams',
    keys: 'API keys',
    applications: 'Applications',
    roles: 'Roles',
    organization: 'Settings',
    costs: 'Costs',
    audit: 'Audit log',
    traces: 'Traces',
    account: 'Account',
    overview: 'Overview',
    platform: 'Platform',
    manage: 'Organization',
    deployment: 'Deployment',
    more: 'More',
  },
  account,
  palette: {
    open: 'Search pages and actions',
    short: 'Search',
    placeholder: 'Where to, or what to do?',
    empty: 'Nothing matches.',
    pages: 'Pages',
    actions: 'Actions',
    documents: 'Documents',
    upload: 'Add documents',
    invite: 'Invite somebody',
    newFlag: 'Create a flag',
    newConversation: 'Start a new conversation',
    themeOf: (theme: string) => `Theme: ${theme}`,
  },
  errors: {
    title: 'Something went wrong',
    unauthenticated: 'You are signed out. Sign in again to go on.',
    network: 'The server cannot be reached. Check the connection and try again.',
    rate_limited: 'Too many requests. Wait a moment and try again.',
    internal: 'The server failed. If it happens again, report the request id.',
    microphone_denied:
      'The microphone is blocked for this site. Allow it in the address bar, then start again. You can still type below.',
    microphone_missing: 'No microphone was found. Plug one in, or type below.',
    microphone_busy: 'Another program holds the microphone. Close it, or type below.',
    microphone_failed: 'The microphone could not be opened. You can still type below.',
    connection_refused: 'The voice session could not be opened. Try again in a moment.',
    disconnected: 'The connection was lost. Start again to go on.',
    noAccess: 'Your role does not include this page.',
    forbidden: (role: string, permission: string) =>
      `It needs the permission ${permission}, which the role ${role} does not have. Ask an owner or admin for another role.`,
    lacking: (permission: string) =>
      `This needs the permission ${permission}, which your role does not have.`,
    notFound: 'There is no such page.',
    goHome: 'Go to the first page',
  },
  ...door,
  ways,
  traces,
  roles,
  permissions,
  keys,
  members,
  organization,
  rating,
  teams,
  ask,
  source,
  knowledge,
  voice,
  flag,
  flags: {
    title: 'Flags',
    subtitle: 'Switch features on and off without a deploy.',
    create: 'New flag',
    createTitle: 'New flag',
    name: 'Name',
    nameHint: 'Lower case letters, digits, dots, dashes and underscores, such as voice_barge_in.',
    description: 'Description',
    startEnabled: 'On from the start',
    value: 'Value while it is on',
    valueHint: 'While the flag is off, each caller gets the default written in its own code.',
    table: 'Feature flags',
    columns: { flag: 'Flag', state: 'State', value: 'Value when on', updated: 'Updated' },
    on: 'On',
    off: 'Off',
    toggleOf: (name: string) => `Turn ${name} on or off`,
    deleteOf: (name: string) => `Delete ${name}`,
    deleteTitle: 'Delete this flag?',
    deleteHint: 'Code that asks for it gets its own default from then on.',
    typeName: (name: string) => `Type ${name} to confirm`,
    deleted: (name: string) => `${name} is deleted.`,
    rolledBack: (name: string) => `${name} was not changed.`,
    emptyTitle: 'No flags yet',
    emptyHint: 'A flag lets you ship code that is off, and turn it on later.',
    filter: 'Filter by name',
    noMatch: 'No flag matches.',
  },
  help,
}

export type Messages = typeof en
