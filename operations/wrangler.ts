/** Runs wrangler under the Node that runs this, for the bin would start whatever Node the shell has. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const BIN = join(ROOT, 'node_modules/wrangler/bin/wrangler.js')

export interface WranglerResult {
  ok: boolean
  /** Both streams, in the order they were written. */
  output: string
}

/** @param options.show Also writes what wrangler says to the terminal, while it says it. */
export async function runWrangler(args: string[], { show = false } = {}): Promise<WranglerResult> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (show) process.stdout.write(chunk)
    })
  }
  const [code] = await once(child, 'close')
  return { ok: code === 0, output: Buffer.concat(chunks).toString() }
}
