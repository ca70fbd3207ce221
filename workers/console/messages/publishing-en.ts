/** The words of drafts, gates and publishing, in English. */
export const publishing = {
  draft: 'Draft',
  asDraft: 'Begin as a draft',
  draftHint: 'Nobody’s questions look into it until it is published; you can ask it by name.',
  open: 'Publishing',
  title: (name: string) => `Publishing of ${name}`,
  publishedAs: (version: number) => `published at version ${version}`,
  gate: 'Gate',
  gateHint: 'What a run of a set has to come to at the version that is published.',
  set: 'Set',
  noGate: 'No gate',
  noSets: 'No set asks this knowledge base: make one to have a gate.',
  least: 'Least',
  measures: {
    ndcg: 'nDCG@10',
    recall: 'Recall@10',
    citationPrecision: 'Citation precision',
    abstainedRightly: 'Abstained rightly',
  },
  saveGate: 'Save gate',
  met: 'The gate is met.',
  none: 'Nothing has to be measured first.',
  unmeasured: (version: number) =>
    `No finished run of the set measured version ${version} with the settings people get.`,
  missed: (measure: string, got: string, least: string) => `${measure}: ${got} of ${least}`,
  unknown: 'unknown',
  replaces: 'In place of',
  nothing: 'Nothing',
  reason: 'Reason to publish it all the same',
  reasonHint: 'It is in the audit log.',
  publish: 'Publish',
  published: (name: string) => `${name} is published.`,
  withdraw: 'Take back as a draft',
  withdrawn: (name: string) => `${name} is a draft.`,
}

export type PublishingMessages = typeof publishing
