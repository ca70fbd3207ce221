/**
 * Answers one REST request from Redis: single commands and pipelines over a shared connection;
 * transactions, blocking commands and streams each over one of their own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Command,
  createScriptTranslator,
  isBlocking,
  loadedDigest,
  parseCommand,
  refusal,
} from './commands.ts'
import type { RedisConnection } from './connection.ts'
import { outcomeOf, type Outcome } from './json.ts'
import { parseJson, pathCommand, readBody, RequestError } from './request.ts'
import type { Reply } from './resp.ts'
import { isStream, streamReplies } from './stream.ts'

export interface Rest {
  /** @throws Error when Redis cannot be reached */
  ping(): Promise<void>
  /** @throws RequestError for a request Upstash refuses, Error when Redis cannot be reached */
  answer(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void>
  close(): void
}

type Run = (commands: readonly Command[]) => Promise<Reply[]>

/** @param connect opens another connection to the Redis server */
export function createRest(connect: () => Promise<RedisConnection>): Rest {
  const open = new Set<RedisConnection>()
  const connectTracked = async () => {
    const connection = await connect()
    open.add(connection)
    connection.onClose(() => open.delete(connection))
    return connection
  }
  const sharedConnection = keepOne(connectTracked)
  const translate = createScriptTranslator()
  const run: Run = (commands) => runCommands(sharedConnection, connectTracked, commands)
  const call = { run, translate, connect: connectTracked }
  return {
    async ping() {
      await run([['PING']])
    },
    async answer(request, url, response) {
      const body = await readBody(request)
      const streamed = pathCommand(url, '')
      if (isStream(streamed)) return streamReplies(await connectTracked(), streamed, response)
      const base64 = request.headers['upstash-encoding'] === 'base64'
      sendOutcome(response, await answerOf({ ...call, base64 }, url, body))
    },
    close() {
      for (const connection of open) connection.close()
    },
  }
}

function sendOutcome(response: ServerResponse, outcome: Outcome | Outcome[]): void {
  const failed = !Array.isArray(outcome) && 'error' in outcome
  response.writeHead(failed ? 400 : 200, {
    'content-type': 'application/json',
    // The client hands it back with its next request; it only has to grow.
    'upstash-sync-token': process.hrtime.bigint().toString(),
  })
  response.end(JSON.stringify(outcome))
}

/** One connection for everybody, replaced when it has closed or could not be made. */
function keepOne(connect: () => Promise<RedisConnection>): () => Promise<RedisConnection> {
  let current: Promise<RedisConnection> | undefined
  return () => {
    if (current) return current
    const made = connect()
    current = made
    const forget = () => void (current = current === made ? undefined : current)
    made.then((connection) => connection.onClose(forget), forget)
    return made
  }
}

interface Call {
  run: Run
  translate(command: Command): Command
  connect(): Promise<RedisConnection>
  base64: boolean
}

function answerOf(call: Call, url: URL, body: string): Promise<Outcome | Outcome[]> {
  if (url.pathname === '/pipeline') return runPipeline(call, commandsOf(parseJson(body)))
  if (url.pathname === '/multi-exec') return runTransaction(call, commandsOf(parseJson(body)))
  if (url.pathname === '/') return runSingle(call, commandOf(parseJson(body)))
  return runSingle(call, commandOf(pathCommand(url, body)))
}

async function runSingle(call: Call, command: Command): Promise<Outcome> {
  const [outcome] = await runPipeline(call, [command])
  return outcome ?? { error: 'ERR no reply' }
}

async function runPipeline(call: Call, commands: readonly Command[]): Promise<Outcome[]> {
  const replies = await call.run(commands.map((command) => call.translate(command)))
  return commands.map((command, index) => outcomeFor(command, replies[index], call.base64))
}

/** All or none, on a connection of its own so that no other caller's command falls in between. */
async function runTransaction(
  call: Call,
  commands: readonly Command[],
): Promise<Outcome | Outcome[]> {
  const connection = await call.connect()
  try {
    const translated = commands.map((command) => call.translate(command))
    const replies = await connection.send([['MULTI'], ...translated, ['EXEC']])
    const result = replies.at(-1)
    if (result?.type !== 'array') {
      return { error: result?.type === 'error' ? result.message : 'EXECABORT no result' }
    }
    return commands.map((command, index) => outcomeFor(command, result.items[index], call.base64))
  } finally {
    connection.close()
  }
}

function outcomeFor(command: Command, reply: Reply | undefined, base64: boolean): Outcome {
  if (!reply) return { error: 'ERR no reply' }
  const digest = reply.type === 'bulk' ? loadedDigest(command) : undefined
  return outcomeOf(digest ? { type: 'bulk', bytes: Buffer.from(digest) } : reply, base64)
}

async function runCommands(
  sharedConnection: () => Promise<RedisConnection>,
  connect: () => Promise<RedisConnection>,
  commands: readonly Command[],
): Promise<Reply[]> {
  if (!commands.some(isBlocking)) return (await sharedConnection()).send(commands)
  const connection = await connect()
  try {
    return await connection.send(commands)
  } finally {
    connection.close()
  }
}

function commandsOf(value: unknown): Command[] {
  if (!Array.isArray(value)) throw new RequestError(400, 'ERR expected an array of commands')
  return value.map(commandOf)
}

function commandOf(value: unknown): Command {
  const command = parseCommand(value)
  if (!command) throw new RequestError(400, 'ERR failed to parse command')
  const reason = refusal(command)
  if (reason) throw new RequestError(400, reason)
  return command
}
