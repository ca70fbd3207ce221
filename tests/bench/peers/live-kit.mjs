/**
 * LiveKit's AgentSession, with the providers that everybody is measured with: no room and no server, sound goes
 * in and out as in its own tests. Says "ready", then for each line on stdin how long the first sound took.
 */
import { createInterface } from 'node:readline'
import { ReadableStream } from 'node:stream/web'
import { initializeLogger, llm, stt, tts, voice } from '@livekit/agents'
import { AudioFrame } from '@livekit/rtc-node'

const BASE_URL = process.argv[2]
const RATE = 24_000

/** The first sample of the frame that ends a question. */
const MARK = 12_345

initializeLogger({ pretty: false, level: 'silent' })

/** Only their classes are asked for; the agent's nodes do the work. */
class Ears extends stt.STT {
  label = 'ears'
  constructor() {
    super({ streaming: true, interimResults: true })
  }
}
class Mouth extends tts.TTS {
  label = 'mouth'
  constructor() {
    super(RATE, 1, { streaming: true })
  }
}
class Mind extends llm.LLM {
  label() {
    return 'mind'
  }
}

class Line extends voice.AudioInput {
  constructor() {
    super()
    this.multiStream.addInputStream(
      new ReadableStream({
        start: (controller) => {
          this.push = (frame) => controller.enqueue(frame)
        },
      }),
    )
  }
}

class Player extends voice.AudioOutput {
  onFirst = () => {}
  #playedMs = 0

  constructor() {
    super(RATE)
  }

  async captureFrame(frame) {
    await super.captureFrame(frame)
    if (this.#playedMs === 0) {
      this.onFirst()
      this.onPlaybackStarted(Date.now())
    }
    this.#playedMs += (frame.samplesPerChannel * 1000) / RATE
  }

  /** Sound that nobody listens to is played at once, so that turns do not wait for it. */
  flush() {
    super.flush()
    this.#finish(false)
  }

  clearBuffer() {
    this.#finish(true)
  }

  #finish(interrupted) {
    if (this.#playedMs === 0) return
    this.onPlaybackFinished({ playbackPosition: this.#playedMs / 1000, interrupted })
    this.#playedMs = 0
  }
}

async function ask(path, body, signal) {
  const headers = { authorization: 'Bearer openai', 'content-type': 'application/json' }
  return fetch(BASE_URL + path, { method: 'POST', headers, body: JSON.stringify(body), signal })
}

async function* wordsOf(body) {
  let held = ''
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (held + text).split('\n\n')
    held = parts.pop()
    for (const part of parts) {
      if (part === 'data: [DONE]') return
      const word = JSON.parse(part.slice(6)).choices[0]?.delta.content
      if (word) yield word
    }
  }
}

/** Sentences as they become whole; `withVoice` and LiveKit's own stream adapter split there too. */
async function* sentencesOf(words) {
  let held = ''
  for await (const word of words) {
    held += word
    for (let end = held.search(/[.!?]\s/); end >= 0; end = held.search(/[.!?]\s/)) {
      yield held.slice(0, end + 1)
      held = held.slice(end + 2)
    }
  }
  if (held.trim()) yield held
}

async function* spoken(text) {
  for await (const input of sentencesOf(text)) {
    const request = { input, model: 'va-words-1', voice: 'alloy', response_format: 'pcm' }
    const { body } = await ask('/audio/speech', request)
    let rest = new Uint8Array(0)
    for await (const bytes of body) {
      const all = Buffer.concat([rest, bytes])
      const even = all.length - (all.length % 2)
      rest = all.subarray(even)
      const samples = new Int16Array(new Uint8Array(all.subarray(0, even)).buffer)
      if (samples.length > 0) yield new AudioFrame(samples, RATE, 1, samples.length)
    }
  }
}

async function* heard(audio) {
  for await (const frame of audio) {
    if (frame.data[0] !== MARK) continue
    const said = { text: 'what does the warranty cover', language: 'en', startTime: 0, endTime: 0 }
    const alternatives = [{ ...said, confidence: 1 }]
    yield { type: stt.SpeechEventType.START_OF_SPEECH }
    yield { type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives }
    yield { type: stt.SpeechEventType.END_OF_SPEECH }
  }
}

class BenchAgent extends voice.Agent {
  constructor() {
    super({ instructions: 'You sell kitchen machines.' })
  }

  async sttNode(audio) {
    return ReadableStream.from(heard(audio))
  }

  async llmNode() {
    const { body } = await ask('/chat/completions', { stream: true, messages: [] })
    return ReadableStream.from(wordsOf(body))
  }

  async ttsNode(text) {
    return ReadableStream.from(spoken(text))
  }
}

const session = new voice.AgentSession({
  vad: null,
  stt: new Ears(),
  llm: new Mind(),
  tts: new Mouth(),
  turnHandling: { turnDetection: 'stt', endpointing: { minDelay: 0, maxDelay: 0 } },
})
const line = new Line()
const player = new Player()
session.input.audio = line
session.output.audio = player
await session.start({ agent: new BenchAgent() })
console.log('ready')

const orders = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
while (!(await orders.next()).done) {
  const from = performance.now()
  const took = new Promise((resolve) => {
    player.onFirst = () => resolve(performance.now() - from)
  })
  const idle = new Promise((resolve) => {
    session.on(voice.AgentSessionEventTypes.AgentStateChanged, function changed({ newState }) {
      if (newState !== 'listening') return
      session.off(voice.AgentSessionEventTypes.AgentStateChanged, changed)
      resolve()
    })
  })
  const samples = new Int16Array(480)
  samples[0] = MARK
  line.push(new AudioFrame(samples, RATE, 1, samples.length))
  const ms = await took
  await idle
  console.log(ms)
}
await session.close()
process.exit(0)
