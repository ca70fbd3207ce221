/** The words of the page of the current organization, in English. */

export const organization = {
  title: 'Organization settings',
  subtitle: 'What concerns everybody who works here.',
  nameTitle: 'Name',
  nameHint: 'Everybody in it sees the name, and so do those who are invited.',
  name: 'Name of the organization',
  save: 'Save',
  renamed: 'The organization has its new name.',
  id: 'Id in the API',
  copyId: 'Copy the id',
  made: 'Made',
  others: {
    title: 'Your organizations',
    hint: 'You switch between them, make one or leave one on your account page.',
    open: 'Open my organizations',
  },
  deletion: {
    title: 'Deletion',
    hint: 'Takes two steps, seven days apart. Any owner can take it back in between.',
    request: 'Delete the organization',
    confirmTitle: 'Delete this organization?',
    confirmHint:
      'In seven days everything in it is deleted for good: documents, flags, keys, roles, members. Only the audit log stays. Until then all goes on working, and any owner can take it back here.',
    typeName: (name: string) => `Type ${name} to confirm`,
    due: 'Everything in this organization is deleted for good on',
    until: 'Until then all goes on working.',
    keep: 'Keep the organization',
    notKept: 'The deletion was not taken back.',
  },
  kept: 'The organization stays.',
}

export type OrganizationMessages = typeof organization
