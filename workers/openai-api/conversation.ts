/** What is asked, out of the messages of a chat or the items of a response's input. */

export interface Said {
  role: 'system' | 'developer' | 'user' | 'assistant'
  text: string
}

export interface Turn {
  role: 'user' | 'assistant'
  content: string
}

/** As long as /api/ask takes them. */
export const MOST_CHARACTERS = 4000
/** Characters of an earlier turn that are looked at, and turns. */
const TURN_CHARACTERS = 8000
const TURNS = 40

export interface Asked {
  question: string
  history: Turn[]
}

/**
 * The last message is the question, the others its history. What the caller tells the model to be
 * (system, developer) is no part of either: answers follow this product's own rules alone.
 *
 * @returns what is wrong with it in place of a question that cannot be asked
 */
export function askedOf(said: readonly Said[]): Asked | { fault: string } {
  const turns = said.flatMap(({ role, text }): Turn[] =>
    role === 'user' || role === 'assistant' ? [{ role, content: text.trim() }] : [],
  )
  const last = turns.pop()
  if (last?.role !== 'user') return { fault: 'The last message must be the user’s.' }
  const question = last.content
  if (question === '') return { fault: 'The last message is empty: ask something.' }
  if (question.length > MOST_CHARACTERS) return { fault: 'Ask in at most 4,000 characters.' }
  const history = turns
    .filter(({ content }) => content !== '')
    .slice(-TURNS)
    .map(({ role, content }) => ({ role, content: content.slice(0, TURN_CHARACTERS) }))
  return { question, history }
}

/** A message's text: a string, or its parts one after the other. */
export const textOf = (content: string | readonly { text: string }[]): string =>
  typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')
