/**
 * Keeps one client's prepared statements apart from another's where both share a session: names
 * get a prefix on their way in. Unnamed ones are left alone; the next log-in destroys them, so a
 * client can lose its own but never runs another's.
 */
import { cString, message, sync } from './messages.ts'
import type { Message } from './reader.ts'
import { textUntilNul } from './replies.ts'

export interface StatementNames {
  /** The message, with its statement's name made this client's own. */
  rename(message: Message): Buffer
  /** Messages that close what the client left prepared; undefined when it left nothing. */
  closeAll(): Buffer | undefined
}

let clients = 0

export function statementNames(): StatementNames {
  const prefix = `client${++clients}_`
  const prepared = new Set<string>()
  return {
    rename({ type, body, bytes }) {
      const at = nameStart(type, body)
      const name = at === undefined ? '' : textUntilNul(body, at)
      if (at === undefined || name === '') return bytes
      const own = prefix + name
      if (type === 'P') prepared.add(own)
      if (type === 'C') prepared.delete(own)
      const rest = body.subarray(body.indexOf(0, at) + 1)
      return message(type, body.subarray(0, at), cString(own), rest)
    },
    closeAll() {
      if (prepared.size === 0) return undefined
      const closes = [...prepared].map((own) => message('C', Buffer.from('S'), cString(own)))
      return Buffer.concat([...closes, sync])
    },
  }
}

/** Where a message names a statement: Parse first, Bind after its portal, Describe and Close by kind. */
function nameStart(type: string, body: Buffer): number | undefined {
  if (type === 'P') return 0
  if (type === 'B') return body.indexOf(0) + 1
  const isNamed = (type === 'D' || type === 'C') && body.toString('latin1', 0, 1) === 'S'
  return isNamed ? 1 : undefined
}
