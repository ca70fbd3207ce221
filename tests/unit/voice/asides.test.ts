/** Replies out of band: made beside the conversation, and no part of it. */
import { expect, test } from 'vitest'
import { createPlayer, open, sentOf, turnOf, typesOf, USAGE } from './play.ts'

const classify = {
  type: 'response.create',
  response: {
    conversation: 'none',
    metadata: { topic: 'mood' },
    output_modalities: ['text'],
    instructions: 'One word: the mood of the caller.',
  },
}
type Player = ReturnType<typeof createPlayer>
const asked = (player: Player) =>
  player.effects.flatMap((effect) => (effect.type === 'answer' ? [effect] : []))
const said = (text: string, role = 'user', type = 'input_text') => ({
  type: 'message',
  role,
  content: [{ type, text }],
})

function answered(player: Player, turn: number, text: string) {
  return [
    ...player.happen({ type: 'answer_delta', turn, text }),
    ...player.happen({ type: 'answer_ended', turn, usage: USAGE, calls: [] }),
  ]
}

test('it is made while another reply is, and leaves no item', () => {
  const player = createPlayer()
  player.ask('Why is it broken again?')
  const main = turnOf(player.session)
  const items = player.session.items
  expect(player.send(classify)).toMatchObject([
    { type: 'response.created', response: { metadata: { topic: 'mood' }, status: 'in_progress' } },
  ])
  expect(player.session.response?.turn).toBe(main)
  const { turn } = asked(player).at(-1)!
  const events = sentOf(answered(player, turn, 'angry'))
  expect(events.map(({ type }) => type)).toEqual([
    'response.output_item.added',
    'response.content_part.added',
    'response.output_text.delta',
    'response.output_text.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.done',
  ])
  const done = events.at(-1)
  expect(done).toMatchObject({
    response: { metadata: { topic: 'mood' }, output: [{ content: [{ text: 'angry' }] }] },
  })
  expect(done).not.toHaveProperty('response.conversation_id')
  expect(player.session.items).toEqual(items)
  expect(player.session.asides).toEqual([])
  expect(player.answer('It is old. ')).toBe(main)
})

test('it sees the conversation, or what it is given instead', () => {
  const player = createPlayer()
  const known = player.ask('Why is it broken again?')
  player.send(classify)
  expect(asked(player).at(-1)).toMatchObject({
    question: 'Why is it broken again?',
    searches: true,
  })
  const input = [
    { type: 'item_reference', id: known },
    said('It is old.', 'assistant', 'output_text'),
    said('Thank you.'),
  ]
  player.send({ ...classify, response: { ...classify.response, input } })
  expect(asked(player).at(-1)).toMatchObject({
    question: 'Thank you.',
    searches: false,
    history: [{ content: 'Why is it broken again?' }, { content: 'It is old.' }],
  })
})

test('instructions alone are enough; nothing at all is not', () => {
  const player = createPlayer()
  player.send({ ...classify, response: { ...classify.response, input: [] } })
  expect(asked(player).at(-1)).toMatchObject({ question: '', searches: false })
  const bare = { type: 'response.create', response: { conversation: 'none', input: [] } }
  expect(player.send(bare)).toMatchObject([{ error: { code: 'nothing_asked' } }])
  const lost = { conversation: 'none', input: [{ type: 'item_reference', id: 'nowhere' }] }
  expect(player.send({ type: 'response.create', response: lost })).toMatchObject([
    { error: { code: 'item_not_found', param: 'response.input' } },
  ])
})

test('its audio is sent, and plays on no clock of the conversation', () => {
  const player = createPlayer()
  player.ask('Hello?')
  player.answer('Hi. ', 1000)
  const { playback } = player.session
  const { output_modalities: _, ...spoken } = classify.response
  player.send({ ...classify, response: spoken })
  const { turn } = asked(player).at(-1)!
  player.happen({ type: 'answer_delta', turn, text: 'Aside. ' })
  const events = player.happen({ type: 'audio', turn, clause: 0, base64: 'AAAA', ms: 700 })
  expect(typesOf(events)).toEqual([
    'response.output_audio_transcript.delta',
    'response.output_audio.delta',
  ])
  expect(player.session.playback).toEqual(playback)
})

test('it is cancelled by its id alone, and its late words are dropped', () => {
  const player = createPlayer()
  player.ask('Hello?')
  player.send(classify)
  const { turn } = asked(player).at(-1)!
  const [aside] = player.session.asides
  player.send({ type: 'response.cancel', response_id: aside?.response.id })
  expect(player.effects.filter(({ type }) => type === 'cancel')).toEqual([{ type: 'cancel', turn }])
  expect(player.session).toMatchObject({ asides: [], response: { stage: 'working' } })
  expect(answered(player, turn, 'angry')).toEqual([])
})

test('a fault of one touches no other reply, and a restart fails all', () => {
  const player = createPlayer()
  player.ask('Hello?')
  player.send(classify)
  player.send(classify)
  const [first, second] = asked(player).slice(-2)
  player.happen({ type: 'reply_failed', turn: first!.turn })
  expect(player.session.asides.map(({ response }) => response.turn)).toEqual([second!.turn])
  const ended = sentOf(player.happen({ type: 'restarted' })).filter(
    ({ type }) => type === 'response.done',
  )
  expect(ended).toHaveLength(2)
  expect(player.session.asides).toEqual([])
})

test('four at once and four per turn are all', () => {
  const player = createPlayer(open({ maxTurns: 1 }))
  player.ask('Hello?')
  const events = Array.from({ length: 5 }, () => player.send(classify)).flat()
  const codes = events.flatMap((event) => (event.type === 'error' ? [event.error.code] : []))
  expect(codes).toEqual(['turn_limit', 'turn_limit'])
  const more = createPlayer()
  more.ask('Hello?')
  const rest = Array.from({ length: 5 }, () => more.send(classify)).flat()
  expect(rest.at(-1)).toMatchObject({ error: { code: 'too_many_responses' } })
})

test('a reply of the conversation may be made from something else as well', () => {
  const player = createPlayer()
  player.ask('Hello?')
  player.answer('Hi. ')
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  const response = { input: [said('Sum up: the pump leaks.')] }
  player.send({ type: 'response.create', response })
  expect(asked(player).at(-1)).toMatchObject({ question: 'Sum up: the pump leaks.', history: [] })
  player.answer('It leaks. ')
  player.happen({ type: 'reply_spoken', turn: turnOf(player.session) })
  expect(player.session.items.at(-1)).toMatchObject({ role: 'assistant', status: 'completed' })
})
