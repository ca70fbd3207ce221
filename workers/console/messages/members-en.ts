/** The words of the members page, in English. */

export const members = {
  title: 'Members',
  subtitle: 'Who works in this organization, and as what.',
  invite: 'Invite',
  filter: 'Find by name or address',
  table: 'Members',
  columns: { person: 'Person', role: 'Role', joined: 'Joined' },
  you: 'You',
  roleOf: (name: string) => `Role of ${name}`,
  roleChanged: (name: string) => `The role of ${name} is changed. It counts within 15 seconds.`,
  rolledBack: (name: string) => `The role of ${name} was not changed.`,
  removeOf: (name: string) => `Remove ${name}`,
  remove: 'Remove',
  removeTitle: 'Remove this person?',
  removeHint:
    'They lose access within seconds. What they made stays, and so do their account and their other organizations.',
  typeEmail: (email: string) => `Type ${email} to confirm`,
  removed: (name: string) => `${name} is no member any more.`,
  noMatch: 'Nobody matches.',
  invitations: {
    title: 'Open invitations',
    empty: 'No invitation waits for an answer.',
    table: 'Open invitations',
    columns: { email: 'Address', role: 'Role', state: 'State', expires: 'Valid until' },
    pending: 'Waiting',
    expired: 'Expired',
    inviteTitle: 'Invite somebody',
    inviteHint: 'They get a mail with a link that works once, for seven days.',
    email: 'Address',
    role: 'Role',
    roleHint: 'You can give roles that hold no more than yours.',
    send: 'Send invitation',
    linkTitle: 'The invitation is on its way',
    linkHint:
      'You can also pass the link on yourself. It is shown only now; sending it again makes a new one.',
    resend: 'Send again',
    resendOf: (email: string) => `Send the invitation of ${email} again`,
    withdraw: 'Withdraw',
    withdrawOf: (email: string) => `Withdraw the invitation of ${email}`,
    withdrawn: (email: string) => `The invitation of ${email} is withdrawn.`,
    notSent: 'The invitation was not sent again.',
    notWithdrawn: 'The invitation was not withdrawn.',
  },
}

export type MemberMessages = typeof members
