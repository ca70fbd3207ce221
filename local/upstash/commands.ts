/**
 * What a command sent over REST needs before a stock Redis can run it: its text form, the
 * Upstash-only Lua header taken off, and the answer whether it may share a connection. Pure.
 */
import { createHash } from 'node:crypto'

export type Command = readonly string[]

const BLOCKING = new Set(
  'BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF'.split(' '),
)

/** They change the connection, which over REST belongs to every caller. */
const NOT_OVER_REST = new Set(
  (
    'AUTH HELLO SELECT QUIT RESET MULTI EXEC DISCARD WATCH UNWATCH MONITOR ' +
    'SUBSCRIBE UNSUBSCRIBE PSUBSCRIBE PUNSUBSCRIBE SSUBSCRIBE SUNSUBSCRIBE'
  ).split(' '),
)

/** The command as strings, or undefined when it is not a non-empty list of plain values. */
export function parseCommand(value: unknown): Command | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const args: string[] = []
  for (const arg of value) {
    if (arg === null || typeof arg === 'object') return undefined
    args.push(String(arg))
  }
  return args
}

/** Why the command cannot run over REST, or undefined when it can. */
export function refusal(command: Command): string | undefined {
  const name = nameOf(command)
  return NOT_OVER_REST.has(name) ? `ERR Command is not available: '${name}'` : undefined
}

/** True when the command may wait in the server and so needs a connection of its own. */
export function isBlocking(command: Command): boolean {
  const name = nameOf(command)
  if (BLOCKING.has(name)) return true
  const streams = name === 'XREAD' || name === 'XREADGROUP'
  return streams && command.some((arg) => arg.toUpperCase() === 'BLOCK')
}

/**
 * Rewrites commands for a stock Redis. Scripts of @upstash/ratelimit open with a line
 * `#!lua flags=allow-key-locking`; Redis knows no such flag and refuses them, so the line is
 * emptied (kept, for the line numbers in errors), and since that changes the script's SHA1, the
 * digest the client computed is mapped to the one Redis knows.
 */
export function createScriptTranslator(): (command: Command) => Command {
  const digests = new Map<string, string>()
  const strip = (script: string) => {
    const stripped = script.replace(/^#!lua[^\n]*allow-key-locking[^\n]*/, '')
    if (stripped !== script) digests.set(sha1(script), sha1(stripped))
    return stripped
  }
  const digest = (sha: string) => digests.get(sha.toLowerCase()) ?? sha
  return (command) => {
    const [name = '', first = '', ...rest] = command
    switch (nameOf(command)) {
      case 'EVAL':
      case 'EVAL_RO':
        return [name, strip(first), ...rest]
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return [name, digest(first), ...rest]
      case 'SCRIPT':
        return [name, first, ...rest.map(first.toUpperCase() === 'LOAD' ? strip : digest)]
      // The embedded engine lacks ECHO; a script has the same reply and also works in MULTI.
      case 'ECHO':
        return command.length === 2 ? ['EVAL', 'return ARGV[1]', '0', first] : command
      default:
        return command
    }
  }
}

/** The digest SCRIPT LOAD must answer: that of the script as the client knows it. */
export function loadedDigest([name, sub, script]: Command): string | undefined {
  const isLoad = name?.toUpperCase() === 'SCRIPT' && sub?.toUpperCase() === 'LOAD'
  return isLoad && script !== undefined ? sha1(script) : undefined
}

function nameOf([name = '']: Command): string {
  return name.toUpperCase()
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
