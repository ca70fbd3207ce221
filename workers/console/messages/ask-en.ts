/** The words of the page Ask and of the source text beside it, in English. */
import { count } from './plural-en.ts'

export const ask = {
  title: 'Ask',
  subtitle: 'Answers come only from your documents, and each says where it is from.',
  placeholder: 'Ask about your documents',
  question: 'Your question',
  send: 'Send',
  stop: 'Stop',
  stopped: 'Stopped. The answer is not complete.',
  newConversation: 'New conversation',
  emptyTitle: 'What would you like to know?',
  emptyHint: 'Try one of these. The guides of this project are already in the knowledge base.',
  suggestions: [
    'How do I roll back a deploy?',
    'What is the identity worker?',
    'Where does the state live?',
  ],
  thinking: 'Searching your documents',
  abstained: 'No support found',
  abstainedHint: 'Nothing in the documents answers this, so there is no answer.',
  sources: 'Sources',
  citation: (n: number, title: string) => `Source ${n}: ${title}`,
  page: (page: number) => `page ${page}`,
  copyAnswer: 'Copy answer',
  cost: 'Cost of this answer',
  tokens: (n: number) => count(n, 'token', 'tokens'),
  cached: 'from the cache',
  withheld: (n: number) => `${count(n, 'statement', 'statements')} without proof left out`,
  stagesTitle: 'Time of each stage',
  stages: {
    versionMs: 'reach',
    cacheMs: 'cache',
    embedMs: 'embedding',
    searchMs: 'search',
    firstTokenMs: 'first words of the model',
    modelMs: 'model',
  },
}

export const source = {
  label: 'Source text',
  passage: 'Cited passage',
  page: (page: number) => `Page ${page}`,
  backToPassage: 'Back to the passage',
  chunks: 'Passages',
  chunkList: 'Passages of the text',
  chunk: (ordinal: number) => `Passage ${ordinal}`,
  characters: (n: number) => count(n, 'character', 'characters'),
  run: (generation: number) => `As run ${generation} cut it.`,
  noChunks: 'It has no passages of its own: another document has the same text.',
}

export type AskMessages = typeof ask
export type SourceMessages = typeof source
