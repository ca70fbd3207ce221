/** The words of the page of those who run the platform, in English. */

export const platform = {
  title: 'Platform',
  subtitle:
    'Accounts and organizations of the whole deployment. Everything you do here is on record.',
  accounts: {
    title: 'Account',
    hint: 'Found by its whole address, so that nobody can leaf through all of them.',
    email: 'Address',
    find: 'Find',
    none: (email: string) => `No account has the address ${email}.`,
    runsPlatform: 'Runs the platform',
    untouchable: 'It runs the platform, so it can be neither banned nor acted as.',
    since: 'Since',
    copyId: 'Copy the id of the account',
    organizations: 'Organizations',
    noOrganization: 'It is in no organization.',
  },
  bans: {
    none: 'Not banned',
    active: 'Banned',
    over: 'Ban is over',
    reason: 'Reason',
    from: 'Since',
    until: 'until',
    forGood: 'for good',
    ban: 'Ban',
    change: 'Change the ban',
    banTitle: 'Ban this account',
    banHint:
      'All its sessions end at once, and no way of signing in opens it. The keys it made are refused within a minute.',
    reasonHint: 'For the audit log. The account’s owner sees it in the export of their data.',
    expiresAt: 'Ends',
    expiresAtHint: 'Leave it empty to ban for good.',
    banned: (email: string) => `${email} is banned.`,
    lift: 'Lift the ban',
    lifted: (email: string) => `${email} may sign in again.`,
    notLifted: 'The ban was not lifted.',
  },
  acting: {
    act: 'Act as member',
    actIn: (tenant: string) => `Act as member in ${tenant}`,
    title: (name: string) => `Act as ${name}`,
    hint: 'For an hour at most, with less than they may do: no sensitive documents, keys, roles or members. They see it in the list of their sessions.',
    reason: 'Reason',
    reasonHint: 'For the organization’s audit log, such as a support ticket.',
    start: 'Start',
  },
  tenants: {
    title: 'Organizations',
    hint: 'Ids and counts; nothing of what they wrote.',
    columns: { id: 'Id', members: 'Members', documents: 'Documents', flags: 'Flags' },
  },
  plans: {
    open: 'Plan',
    openOf: (tenant: string) => `Plan of ${tenant}`,
    title: 'Plan of an organization',
    hint: 'How much it may use. Counts with the next access token, within five minutes.',
    plan: 'Plan',
    names: {
      default: 'As the deployment says',
      standard: 'Standard',
      large: 'Large',
      unmetered: 'Unmetered',
    },
    save: 'Save',
    saved: 'The plan is saved.',
  },
}

export type PlatformMessages = typeof platform
