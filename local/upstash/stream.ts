/**
 * SUBSCRIBE, PSUBSCRIBE and MONITOR as server-sent events, each on a Redis connection of its own
 * that lives as long as the request. Strings are never base64 here; the client expects them plain.
 */
import type { ServerResponse } from 'node:http'
import type { Command } from './commands.ts'
import type { RedisConnection } from './connection.ts'
import type { Reply } from './resp.ts'

const STREAMS = new Set(['SUBSCRIBE', 'PSUBSCRIBE', 'MONITOR'])

/** True when the path names a stream instead of a command. */
export function isStream([name = '']: Command): boolean {
  return STREAMS.has(name.toUpperCase())
}

/** Streams until either side leaves. */
export function streamReplies(
  connection: RedisConnection,
  command: Command,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  response.on('close', () => connection.close())
  connection.onClose(() => response.end())
  connection.listen(command, (reply) => {
    const lines = textOf(reply).split('\n')
    response.write(`${lines.map((line) => `data: ${line}`).join('\n')}\n\n`)
  })
}

function textOf(reply: Reply): string {
  switch (reply.type) {
    case 'array':
      return reply.items.map(textOf).join(',')
    case 'bulk':
      return reply.bytes.toString()
    case 'integer':
      return String(reply.value)
    case 'error':
      return reply.message
    case 'simple':
      // MONITOR alone answers with simple strings; its first is a JSON string.
      return reply.text === 'OK' ? '"OK"' : reply.text
    case 'null':
      return ''
  }
}
