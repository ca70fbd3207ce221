/** The words of the page of roles, in English. */
import { count } from './plural-en.ts'

export const roles = {
  title: 'Roles',
  subtitle: 'What each role may do in this organization.',
  create: 'New role',
  table: 'Permissions by role',
  permission: 'Permission',
  yes: 'Yes',
  no: 'No',
  members: (n: number) => count(n, 'member', 'members'),
  own: 'Roles of your own',
  ownHint: 'A role of your own holds what you choose, and no more than you hold yourself.',
  none: 'There is none yet.',
  createTitle: 'New role',
  editTitle: (name: string) => `Change ${name}`,
  name: 'Name',
  nameHint: 'Lower case letters, digits and dashes, such as support-lead.',
  description: 'Description',
  grants: 'What it may do',
  notHeld: 'You do not hold this yourself, so you cannot give it.',
  save: 'Save',
  saved: (name: string) => `${name} is saved. It counts within 15 seconds.`,
  edit: 'Change',
  editOf: (name: string) => `Change ${name}`,
  deleteOf: (name: string) => `Delete ${name}`,
  deleteTitle: 'Delete this role?',
  deleteHint: 'Only a role that nobody holds, and nobody is invited to, can be deleted.',
  typeName: (name: string) => `Type ${name} to confirm`,
  deleted: (name: string) => `${name} is deleted.`,
  tooStrong: 'It holds more than you do, so you cannot change it.',
}

export type RoleMessages = typeof roles
