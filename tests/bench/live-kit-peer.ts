/** LiveKit's AgentSession in a process of its own; its sound comes and goes by pipe instead of a room. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { VoicePeer } from './voice-peer.ts'

const FOLDER = join(import.meta.dirname, 'peers')

export const isLiveKitInstalled = (): boolean =>
  existsSync(join(FOLDER, 'node_modules/@livekit/agents'))

/** @param baseUrl Of the provider */
export async function startLiveKit(baseUrl: string): Promise<VoicePeer> {
  const child = spawn(process.execPath, ['live-kit.mjs', baseUrl], {
    cwd: FOLDER,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { done, value } = await lines.next()
    if (done) throw new Error('LiveKit’s session ended.')
    return value
  }
  await next()
  return {
    name: 'LiveKit’s AgentSession',
    turn: async () => {
      child.stdin.write('turn\n')
      return Number(await next())
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.stdin.end()
      }),
  }
}
