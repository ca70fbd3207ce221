/** The words of the page of teams, in English. */

export const teams = {
  title: 'Teams',
  subtitle: 'Members under one name, for what is given to several at once.',
  create: 'New team',
  createTitle: 'New team',
  name: 'Name',
  nameHint: 'Each name is used once. A team grants no permission by itself.',
  table: 'Teams',
  columns: { team: 'Team', members: 'Members', made: 'Made' },
  membersOf: (name: string) => `Members of ${name}`,
  rename: 'Rename',
  renameOf: (name: string) => `Rename ${name}`,
  delete: 'Delete',
  deleteOf: (name: string) => `Delete ${name}`,
  deleteTitle: 'Delete this team?',
  deleteHint: 'Its members stay in the organization, with all they may do.',
  typeName: (name: string) => `Type ${name} to confirm`,
  removedDone: (name: string) => `${name} is deleted.`,
  emptyTitle: 'No teams yet',
  emptyHint: 'A team puts several members under one name.',
  members: 'In this team',
  noMembers: 'Nobody yet.',
  others: 'Not in this team',
  noOthers: 'Nobody else matches.',
  find: 'Find by name or address',
  add: 'Add',
  addOf: (name: string) => `Add ${name}`,
  takeOut: 'Take out',
  takeOutOf: (name: string) => `Take out ${name}`,
}

export type TeamMessages = typeof teams
