/** The words of what is known of a document and who may read it, in English. */
export const facts = {
  save: 'Save',
  access: 'Who may read it',
  everybody: 'Everybody in the organization who may ask',
  some: 'Only these',
  readers: { roles: 'Roles', groups: 'Teams', users: 'Members' },
  findPeople: 'Find members',
  noReader: 'Choose at least one role, team or member.',
  mayNotList: 'Your role does not show members and teams: you can only take away who was chosen.',
  phi: 'Health data',
  phiHint: 'Read only with the permission for it, whoever is chosen above.',
  attributes: 'Attributes',
  addAttribute: 'Add an attribute',
  keyOf: (n: number) => `Key of attribute ${n}`,
  kindOf: (n: number) => `Kind of attribute ${n}`,
  valueOf: (n: number) => `Value of attribute ${n}`,
  removeAttribute: (n: number) => `Remove attribute ${n}`,
  valueKinds: { text: 'Text or date', number: 'Number', boolean: 'Yes or no' },
  yes: 'Yes',
  no: 'No',
  badAttributes:
    'Each key is there once, of letters, digits, dots, dashes and underscores; a number is a number.',
  suspicions: 'Looks like an attempt on its reader',
  suspicionsHint:
    'The document is searched all the same: manuals about such attacks look like this.',
  kinds: {
    instructions: 'Orders to the model',
    role: 'Messages made up as if from the system or the assistant',
    tool: 'Calls of tools made up',
    exfiltration: 'Places to send data to',
    citation: 'Invented citations',
    encoded: 'Encoded text',
  },
}

export type FactMessages = typeof facts
