/** Cloudflare's `withVoice`, with the providers that everybody is measured with. */
import { Agent, routeAgentRequest } from 'agents'
import { withVoice } from 'agents/voice'

/** The first sample of the frame that ends a question. */
const MARK = 12_345

const ears = {
  createSession({ onSpeechStart, onUtterance }) {
    return {
      feed(buffer) {
        if (new Int16Array(buffer)[0] !== MARK) return
        onSpeechStart?.()
        onUtterance?.('what does the warranty cover')
      },
      close() {},
    }
  },
}

export class BenchAgent extends withVoice(Agent, { audioFormat: 'pcm16', sampleRate: 24_000 }) {
  transcriber = ears

  tts = {
    synthesize: async (text, signal) => (await this.#speak(text, signal)).arrayBuffer(),
    synthesizeStream: (text, signal) => this.#pieces(text, signal),
  }

  async *onTurn(_transcript, { signal }) {
    const response = await this.#ask('/chat/completions', { stream: true, messages: [] }, signal)
    const lines = response.body.pipeThrough(new TextDecoderStream())
    let held = ''
    for await (const text of lines) {
      const parts = (held + text).split('\n\n')
      held = parts.pop()
      for (const part of parts) {
        if (part === 'data: [DONE]') return
        const word = JSON.parse(part.slice(6)).choices[0]?.delta.content
        if (word) yield word
      }
    }
  }

  async *#pieces(text, signal) {
    const { body } = await this.#speak(text, signal)
    for await (const bytes of body) yield bytes.buffer
  }

  #speak(input, signal) {
    const model = 'va-words-1'
    return this.#ask(
      '/audio/speech',
      { input, model, voice: 'alloy', response_format: 'pcm' },
      signal,
    )
  }

  #ask(path, body, signal) {
    const headers = { authorization: 'Bearer openai', 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal }
    return fetch(this.env.OPENAI_BASE_URL + path, init)
  }
}

export default {
  fetch: async (request, env) =>
    (await routeAgentRequest(request, env)) ?? new Response(null, { status: 404 }),
}
