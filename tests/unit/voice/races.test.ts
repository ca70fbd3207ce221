/** Whatever order things happen in: late, twice, never. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Effect } from '../../../workers/voice/session.ts'
import { createPlayer, open, type Outcome, USAGE } from './play.ts'
import { expectOrdered, expectReleased, expectSane, expectSilenced, strayEvents } from './sane.ts'

type Slow = Extract<Effect, { type: 'transcribe' | 'answer' | 'speak' | 'finish' }>

/** Every word names its turn, so that words of two turns in one item show. */
const tag = (turn: number, text: string) => text.replace(/[a-z]+/gi, `$&-${turn}`)

/** Nothing, "go on" or words, as the number of the pause has it. */
const saidAt = (pause: string) => ['', 'uh-huh', 'and now'][Number(pause.at(-1)) % 3] ?? ''

/** What the work asked for would bring, in the order in which it would bring it. */
function resultsOf(effect: Slow): Outcome[] {
  switch (effect.type) {
    case 'transcribe':
      return effect.pause === null
        ? [{ type: 'transcribed', itemId: effect.itemId, text: 'and now', seconds: 1 }]
        : [{ type: 'heard_so_far', pause: effect.pause, text: saidAt(effect.pause), seconds: 1 }]
    case 'answer':
      return [
        { type: 'answer_delta', turn: effect.turn, text: tag(effect.turn, 'One two. Three ') },
        { type: 'answer_delta', turn: effect.turn, text: tag(effect.turn, 'four [1]. Five') },
        { type: 'answer_ended', turn: effect.turn, usage: USAGE, calls: [] },
      ]
    case 'speak': {
      const { turn, clause } = effect
      const audio = { type: 'audio' as const, turn, clause, base64: 'AAAA', ms: 400 }
      return [audio, audio, { type: 'clause_spoken', turn }]
    }
    case 'finish':
      return [{ type: 'reply_spoken', turn: effect.turn }]
  }
}

const isSlow = (effect: Effect): effect is Slow =>
  effect.type !== 'send' &&
  effect.type !== 'cancel' &&
  effect.type !== 'close' &&
  effect.type !== 'await_silence'

const anyAct = fc.oneof(
  { weight: 12, arbitrary: fc.constant('work' as const) },
  { weight: 3, arbitrary: fc.constantFrom('speak' as const, 'hush' as const, 'wait' as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'late' as const,
      'again' as const,
      'drop' as const,
      'fail' as const,
      'cancel' as const,
      'create' as const,
      'truncate' as const,
      'delete' as const,
      'commit' as const,
      'tick' as const,
      'restart' as const,
      'takeOver' as const,
      'handBack' as const,
      'person' as const,
      'silence' as const,
      'whisper' as const,
      'aside' as const,
      'charge' as const,
      'tool' as const,
      'relay' as const,
      'hangup' as const,
      'pause' as const,
      'resume' as const,
      'holds' as const,
      'key' as const,
    ),
  },
)
type Act = typeof anyAct extends fc.Arbitrary<infer Value> ? Value : never

function createStage() {
  const player = createPlayer({
    ...open({ maxTurns: 6, graceMs: 60_000 }),
    maxSpent: 400,
    speculates: true,
  })
  player.happen({ type: 'opened' })
  const due: Outcome[] = []
  const past: Outcome[] = []
  let clock = 0
  const happen = (outcome: Outcome) => {
    due.push(...player.happen(outcome).filter(isSlow).flatMap(resultsOf))
    past.push(outcome)
  }
  const send = (event: object) => {
    const count = player.effects.length
    player.send(event)
    due.push(...player.effects.slice(count).filter(isSlow).flatMap(resultsOf))
  }
  const pick = (seed: number) => due.splice(seed % Math.max(1, due.length), 1)
  const itemId = (seed: number) => player.session.items.at(seed % 7)?.id ?? 'none'
  const turn = () => player.session.response?.turn ?? 0

  const acts: Record<Act, (seed: number) => unknown> = {
    work: () => due.splice(0, 1).forEach(happen),
    late: (seed) => pick(seed).forEach(happen),
    again: (seed) =>
      past
        .slice(seed % (past.length + 1))
        .slice(0, 1)
        .forEach(happen),
    drop: (seed) => void pick(seed),
    fail: () => happen({ type: 'reply_failed', turn: turn() }),
    speak: () => happen({ type: 'speech_started', fromMs: (clock += 1000) }),
    hush: () => happen({ type: 'speech_stopped', fromMs: clock, toMs: (clock += 1000) }),
    wait: (seed) => void player.wait(seed % 3000),
    cancel: () => send({ type: 'response.cancel' }),
    create: () => send({ type: 'response.create' }),
    truncate: (seed) =>
      send({
        type: 'conversation.item.truncate',
        item_id: itemId(seed),
        content_index: 0,
        audio_end_ms: seed % 5000,
      }),
    delete: (seed) => send({ type: 'conversation.item.delete', item_id: itemId(seed) }),
    commit: () => happen({ type: 'committed', fromMs: clock, toMs: (clock += 500), eventId: null }),
    tick: () => happen({ type: 'tick', inputMs: 0 }),
    restart: () => happen({ type: 'restarted' }),
    takeOver: () => happen({ type: 'taken_over' }),
    handBack: () => happen({ type: 'handed_back' }),
    person: () => happen({ type: 'supervisor_audio', base64: 'AAAA', ms: 400 }),
    silence: () => happen({ type: 'supervisor_paused' }),
    whisper: () => happen({ type: 'whispered', text: 'mind the gap' }),
    aside: (seed) =>
      send({
        type: 'response.create',
        response: {
          conversation: 'none',
          instructions: 'One word.',
          output_modalities: [seed % 2 === 0 ? 'text' : 'audio'],
        },
      }),
    charge: (seed) => happen({ type: 'charged', microDollars: (seed % 40) - 5 }),
    tool: (seed) => {
      const callId = `call_${seed % 3}`
      if (seed % 2 === 0) {
        happen({ type: 'tool_called', turn: turn(), callId, name: 'look', arguments: '{}' })
      } else
        happen({ type: 'tool_returned', turn: turn(), callId, ok: seed % 4 === 1, content: 'x' })
    },
    relay: (seed) => {
      const text = seed % 2 === 0 ? tag(turn(), 'Six seven. ') : ''
      const sound = seed % 2 === 0 ? { base64: '', ms: 0 } : { base64: 'AAAA', ms: 300 }
      if (player.session.response) happen({ type: 'relayed', turn: turn(), text, ...sound })
    },
    pause: (seed) =>
      happen({ type: 'paused', fromMs: clock, toMs: clock + 200, voicedMs: seed % 800 }),
    key: (seed) => send({ type: 'voiceassist.dtmf', digit: '0#5'[seed % 3] }),
    holds: (seed) => send({ type: 'voiceassist.playback.update', holds: seed % 3 > 0 }),
    resume: () => happen({ type: 'resumed', fromMs: clock }),
    hangup: (seed) => seed % 10 === 0 && happen({ type: 'left', isFinal: false }),
  }
  return { player, acts }
}

/** A clause whose end comes after the audio of the next; then the caller interrupts. */
const LATE_END: [Act, number][] = [
  ['speak', 0],
  ['hush', 0],
  ...Array.from({ length: 5 }, (): [Act, number] => ['work', 0]),
  ['late', 8975],
  ['work', 0],
  ['work', 0],
  ['wait', 800],
  ['speak', 0],
]
const RUNS = process.env['SOAK'] === '1' ? 10_000 : 300

test('one reply at a time, items once and in order, never more heard than sent, costs never less', () => {
  const plans = fc.array(fc.tuple(anyAct, fc.nat(10_000)), { maxLength: 120, size: 'max' })
  const hold = fc.property(plans, (plan) => {
    const { player, acts } = createStage()
    for (const [act, seed] of plan) {
      const before = player.session
      const { spent, items } = before
      const count = player.effects.length
      acts[act](seed)
      const isHeard = act === 'speak' && before.phase === 'open' && before.awaySince === null
      if (isHeard) expectSilenced(before, player.effects.slice(count), player.at)
      expect(player.session.spent).toBeGreaterThanOrEqual(spent)
      expectOrdered(items, player.session.items)
      expectSane(player.session, player.effects)
    }
    expect(strayEvents(player.effects)).toEqual([])
    const { overlap } = player.session
    expectReleased(player.effects, overlap !== null && overlap.heldAt !== null)
  })
  fc.assert(hold, { numRuns: RUNS, examples: [[LATE_END]] })
}, 600_000)
