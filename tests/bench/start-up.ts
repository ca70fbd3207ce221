/** What it costs to start the identity Worker: the CPU of a fresh process until it has answered once. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from 'miniflare'
import { childNamed, cpuTimeOf, median } from './cpu.ts'
import { optionsOf, type Settings } from './serve.ts'

/** An odd number: the median of so many pairs counts. */
const STARTS = 5

/** It answers without a database, so nothing but the Worker itself is started for it. */
const UNKNOWN = { path: '/api/auth/nowhere', status: 404 }

/**
 * Milliseconds of CPU beyond those of a bare Worker started beside it: loading its modules, and the
 * first request. Alone in its process, so no other may run meanwhile.
 */
export async function measureStartUp(settings: Settings): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'voiceassist-start-'))
  try {
    const identity = await optionsOf('wrangler.identity.toml', folder, settings)
    const bare = await optionsOf('tests/bench/bare.toml', folder, settings)
    const socket = { host: '127.0.0.1', port: 0, entrypoint: 'Identity' }
    const reached = { ...identity, unsafeDirectSockets: [socket] }
    const millis: number[] = []
    for (let n = 0; n < STARTS; n++) {
      const least = await costOfStart(bare, { path: '/', status: 200 })
      millis.push((await costOfStart(reached, UNKNOWN, 'Identity')) - least)
    }
    return median(millis)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function costOfStart(
  worker: V4WorkerOptions,
  { path, status }: { path: string; status: number },
  entrypoint?: string,
): Promise<number> {
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [worker] }))
  try {
    const url = new URL(path, await miniflare.unsafeGetDirectURL(worker.name, entrypoint))
    const answer = await fetch(url)
    if (answer.status === status) return cpuTimeOf(childNamed('workerd')) / 1000
    throw new Error(`${url.pathname} answered ${answer.status}: ${await answer.text()}`)
  } finally {
    await miniflare.dispose()
  }
}
