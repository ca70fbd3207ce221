/** The words of what waits for approval, in English. */

export const approvals = {
  open: 'Approvals',
  title: 'Approvals',
  subtitle:
    'Changes of segments and overrides that others approve. Drafts of a flag are on its own page.',
  list: {
    title: 'Proposals',
    hint: 'Approved by others, never by who proposed. With the approvals its environments ask for, one can be published.',
    none: 'Nothing waits for approval.',
    details: 'What it changes',
    published: 'Published.',
  },
  changes: {
    segment: (name: string) => `Segment ${name}`,
    segmentGone: (name: string) => `Segment ${name} is deleted`,
    override: (flag: string, unit: string, environment: string) =>
      `Override of ${flag} for ${unit} in ${environment}`,
    overrideGone: (flag: string, unit: string, environment: string) =>
      `Override of ${flag} for ${unit} in ${environment} is deleted`,
  },
  propose: {
    title: 'Propose a change',
    hint: 'Nothing changes until it is published.',
    kind: 'Change',
    kinds: {
      list: 'Segment by a list',
      condition: 'Segment by a condition',
      segmentGone: 'Delete a segment',
      override: 'Override of one unit',
      overrideGone: 'Delete an override',
    },
    segment: 'Name of the segment',
    attribute: 'Attribute',
    values: 'Values',
    valuesHint: 'One a line.',
    condition: 'Condition (JSON)',
    conditionHint: 'For example {"country": "NL"}.',
    environment: 'Environment',
    flag: 'Name of the flag',
    comment: 'Why',
    submit: 'Propose the change',
    done: 'Proposed.',
  },
  needed: {
    title: 'Approvals needed',
    hint: 'How many others must approve a change before it is published in an environment; 0 for none. A change of this is in the audit log.',
    stands: (environment: string, needed: number) => `${environment}: ${needed}`,
    save: 'Save',
    saveOf: (environment: string) => `Save the approvals of ${environment}`,
    saved: 'Saved.',
  },
}
