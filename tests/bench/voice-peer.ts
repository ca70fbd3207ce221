/** Cloudflare's `withVoice` in a workerd of its own, asked the same and given the same providers. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { WebSocket } from 'ws'
import { optionsOf } from './serve.ts'

const CONFIG = 'tests/bench/peers/with-voice.toml'

/** The first sample of the frame at which the peer's transcription has heard the question. */
const MARK = 12_345

export interface VoicePeer {
  name: string
  /** Milliseconds from the end of a question to the first sound of its reply. */
  turn(): Promise<number>
  close(): Promise<void>
}

export const isPeerInstalled = (): boolean =>
  existsSync(join(import.meta.dirname, 'peers/node_modules/agents'))

/** @param baseUrl Of the provider */
export async function startWithVoice(baseUrl: string): Promise<VoicePeer> {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-peer-'))
  const worker = await optionsOf(CONFIG, folder, { OPENAI_BASE_URL: baseUrl })
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker] }))
  const { host } = await miniflare.unsafeGetDirectURL('with-voice')
  let calls = 0
  return {
    name: 'withVoice',
    turn: () => ask(`ws://${host}/agents/bench-agent/call-${calls++}`),
    close: async () => {
      await miniflare.dispose()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ask(url: string): Promise<number> {
  const socket = new WebSocket(url)
  const heard = (isWanted: (data: Buffer, isBinary: boolean) => boolean) =>
    new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${url} does not answer.`)), 30_000)
      const look = (data: Buffer, isBinary: boolean) => {
        if (!isWanted(data, isBinary)) return
        clearTimeout(timer)
        socket.off('message', look)
        resolve(performance.now())
      }
      socket.on('message', look)
    })
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  const listening = heard((data, isBinary) => !isBinary && data.includes('"listening"'))
  socket.send(JSON.stringify({ type: 'hello', protocol_version: 1 }))
  socket.send(JSON.stringify({ type: 'start_call' }))
  await listening
  const sounding = heard((_, isBinary) => isBinary)
  const from = performance.now()
  const frame = new Int16Array(320)
  frame[0] = MARK
  socket.send(Buffer.from(frame.buffer))
  const at = await sounding
  socket.close(1000)
  return at - from
}
