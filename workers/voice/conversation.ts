/** The items of a conversation: added, read, cut, removed, and told to the model as history. */
import { type Item, type MessageItem, type Part, partsOf } from './items.ts'
import { LIMITS } from './limits.ts'
import type { InputItem, NewItem } from './new-item.ts'
import type { ClientEventOf, WireError } from './protocol.ts'
import { type Message, newId, type Question, type Session, send, type Step } from './session.ts'
import { cutSpeech, type Speech, transcriptOf } from './speech.ts'
import type { Exchange } from './tools.ts'
import { events } from './wire.ts'

export const findItem = ({ items }: Session, itemId: string | null): Item | undefined =>
  items.find(({ id }) => id === itemId)

export function replaceItem(session: Session, item: Item): Session {
  const items = session.items.map((known) => (known.id === item.id ? item : known))
  return { ...session, items }
}

/** The id before `itemId`; null for the first. */
export function previousOf({ items }: Session, itemId: string): string | null {
  const index = items.findIndex(({ id }) => id === itemId)
  return items[index - 1]?.id ?? null
}

/** Appends an item and says so; a finished one is added and done at once. */
export function addItem(session: Session, item: Item, index = session.items.length): Step {
  const next = { ...session, items: session.items.toSpliced(index, 0, item) }
  const previous = previousOf(next, item.id)
  const added = events.itemAdded(item, previous)
  const isDone = item.status !== 'in_progress'
  return [next, send(added, ...(isDone ? [events.itemDone(item, previous)] : []))]
}

export function createItem(
  session: Session,
  event: ClientEventOf<'conversation.item.create'>,
): Step {
  const { item: given, previous_item_id: previous } = event
  const refusal = (code: string, text: string, param: string) =>
    refuse(session, event, code, text, param)
  if (session.items.length >= LIMITS.items) {
    return refusal('too_many_items', `A session holds ${LIMITS.items} items.`, 'item')
  }
  if (given.id && findItem(session, given.id)) {
    return refusal('item_already_exists', `There is an item '${given.id}' already.`, 'item.id')
  }
  const index = indexAfter(session, previous)
  if (index === undefined) {
    const text = `There is no item '${previous}' to put this behind.`
    return refusal('item_not_found', text, 'previous_item_id')
  }
  if (given.type === 'function_call_output' && !isCalled(session, given.call_id)) {
    const text = `There is no call '${given.call_id}' in this conversation.`
    return refusal('tool_call_not_found', text, 'item.call_id')
  }
  const [fresh, named] = given.id ? [given.id, session] : newId(session, 'item')
  return addItem(named, itemFrom(given, fresh), index)
}

const isCalled = ({ items }: Session, callId: string) =>
  items.some((item) => item.type === 'function_call' && item.callId === callId)

/** The items a reply is to be made from; undefined when one that is named is not there. */
export function contextOf(session: Session, input?: InputItem[]): readonly Item[] | undefined {
  if (!input) return session.items
  const items = input.map((given, index) =>
    given.type === 'item_reference'
      ? findItem(session, given.id)
      : itemFrom(given, given.id ?? `input_${index}`),
  )
  return items.every((item) => item !== undefined) ? items : undefined
}

function itemFrom(given: NewItem, id: string): Item {
  const status = 'completed' as const
  switch (given.type) {
    case 'message':
      return { type: given.type, id, role: given.role, status, content: given.content }
    case 'function_call': {
      const { type, call_id: callId, name, arguments: text } = given
      return { type, id, status, callId, name, arguments: text, responseId: null }
    }
    case 'function_call_output':
      return { type: given.type, id, status, callId: given.call_id, output: given.output }
  }
}

function indexAfter({ items }: Session, previous: string | null | undefined): number | undefined {
  if (!previous) return items.length
  if (previous === 'root') return 0
  const index = items.findIndex(({ id }) => id === previous)
  return index === -1 ? undefined : index + 1
}

export function retrieveItem(
  session: Session,
  event: ClientEventOf<'conversation.item.retrieve'>,
): Step {
  const item = findItem(session, event.item_id)
  return item ? [session, send(events.itemRetrieved(item))] : refuseItem(session, event)
}

export function deleteItem(
  session: Session,
  event: ClientEventOf<'conversation.item.delete'>,
): Step {
  if (!findItem(session, event.item_id)) return refuseItem(session, event)
  const items = session.items.filter(({ id }) => id !== event.item_id)
  return [{ ...session, items }, send(events.itemDeleted(event.item_id))]
}

/** The audio of an item, when it has any. */
export function speechOf(item: Item | undefined): Speech | undefined {
  const part = item && partsOf(item).find(({ type }) => type === 'output_audio')
  return part?.type === 'output_audio' ? part.speech : undefined
}

export const withSpeech = (item: MessageItem, speech: Speech): MessageItem => ({
  ...item,
  content: [{ type: 'output_audio', speech }],
})

/** A message that is spoken, with its audio. */
export function spokenItem(
  session: Session,
  itemId: string | null,
): { item: MessageItem; speech: Speech } | undefined {
  const item = findItem(session, itemId)
  const speech = speechOf(item)
  return item?.type === 'message' && speech ? { item, speech } : undefined
}

/** Cuts an item's audio at `ms`: the rest was not heard and leaves the conversation. */
export function cutItem(session: Session, itemId: string, ms: number): Step {
  const spoken = spokenItem(session, itemId)
  if (!spoken) return [session, []]
  const cut = cutSpeech(spoken.speech, ms)
  const next = replaceItem(session, { ...withSpeech(spoken.item, cut), status: 'incomplete' })
  return [next, send(events.itemTruncated(itemId, cut.cutMs ?? 0))]
}

export function refuse(
  session: Session,
  { event_id: eventId }: { event_id?: string | undefined },
  code: string,
  message: string,
  param: string | null = null,
): Step {
  const type = 'invalid_request_error' as const
  return refuseWith(session, { type, code, message, param, event_id: eventId ?? null })
}

/** Refusals are counted: a client that only makes mistakes is not worth its session. */
export function refuseWith(session: Session, error: WireError): Step {
  return [{ ...session, errors: session.errors + 1 }, send(events.error(error))]
}

export function refuseItem(
  session: Session,
  event: { event_id?: string | undefined; item_id: string },
): Step {
  const text = `There is no item '${event.item_id}' in this conversation.`
  return refuse(session, event, 'item_not_found', text, 'item_id')
}

/** The words of an item; '' while they are not known. */
export const wordsOf = (item: Item): string => partsOf(item).map(wordsOfPart).join('\n').trim()

function wordsOfPart(part: Part): string {
  if (part.type === 'input_audio') return part.transcript ?? ''
  return part.type === 'output_audio' ? transcriptOf(part.speech) : part.text
}

/** Whether something was said that is not written down yet. */
export const hasPendingTranscript = ({ items }: Session): boolean =>
  items.some((item) => partsOf(item).some(isPending))

export const isPending = (part: Part): boolean =>
  part.type === 'input_audio' && part.transcript === null

/**
 * The question to answer next and what was said before it.
 *
 * @param again Whether a question that has been answered may be answered once more.
 * @returns undefined when there is none
 */
export function questionOf(
  items: readonly Item[],
  again: boolean,
): Omit<Question, 'searches'> | undefined {
  const said = items.filter(isSaid)
  const index = said.findLastIndex(({ role }) => role === 'user')
  const item = said[index]
  const isAnswered = index < said.length - 1
  if (!item || (isAnswered && !again)) return undefined
  const history = lastOf(said.slice(0, index))
  const question = wordsOf(item).slice(0, LIMITS.textChars)
  return {
    question,
    history,
    itemId: item.id,
    exchanges: exchangesIn(items.slice(items.indexOf(item))),
  }
}

/** What was said so far, oldest first. */
export const historyOf = (items: readonly Item[]): Message[] => lastOf(items.filter(isSaid))

const lastOf = (said: readonly MessageItem[]) => said.slice(-LIMITS.historyMessages).map(messageOf)

const isSaid = (item: Item): item is MessageItem =>
  item.type === 'message' && item.role !== 'system' && wordsOf(item) !== ''

/** What the application and supervisors told the model, beside its instructions. */
export const remarksOf = (items: readonly Item[], whispers: readonly string[]): string[] => [
  ...items.filter((item) => item.type === 'message' && item.role === 'system').map(wordsOf),
  ...whispers,
]

/** The calls that have their results, in order; one that waits is as good as none. */
function exchangesIn(items: readonly Item[]): Exchange[] {
  const outputs = new Map(
    items.flatMap((item) =>
      item.type === 'function_call_output' ? [[item.callId, item.output] as const] : [],
    ),
  )
  return items.flatMap((item) => {
    if (item.type !== 'function_call' && item.type !== 'mcp_call') return []
    const { id, name, arguments: text } = item
    // The platform's calls are numbered anew in each reply.
    if (item.type === 'mcp_call') {
      const output = item.output ?? item.error
      return output === null ? [] : [{ callId: id, name, arguments: text, output }]
    }
    const output = outputs.get(item.callId)
    return output === undefined ? [] : [{ callId: item.callId, name, arguments: text, output }]
  })
}

const messageOf = (item: MessageItem): Message => ({
  role: item.role === 'assistant' ? 'assistant' : 'user',
  content: wordsOf(item).slice(0, LIMITS.historyChars),
})
