/**
 * PostgreSQL's own port of the Neon stand-in: psql where it is installed, and a client of the wire
 * protocol for what psql does not do.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { neon } from '@neondatabase/serverless'
import { afterEach, describe, expect, test } from 'vitest'
import { startNeon } from '../../local/neon/server.ts'
import type { Connection } from '../../local/postgres/connection.ts'
import {
  cString,
  int16,
  int32,
  message,
  query,
  statement,
  sync,
} from '../../local/postgres/messages.ts'
import { splitMessages } from '../../local/postgres/reader.ts'
import { readResults } from '../../local/postgres/replies.ts'
import { describeBackends, openTo } from './neon-backends.ts'

const run = promisify(execFile)

const hasPsql = await run('psql', ['--version']).then(
  () => true,
  () => false,
)
if (!hasPsql) process.stdout.write('psql tests skipped: psql is not installed\n')

describeBackends((stand) => {
  const open: Connection[] = []
  afterEach(() => open.splice(0).forEach(({ socket }) => socket.destroy()))

  const connect = async (role = stand.owner) => {
    const connection = await openTo(stand, role)
    open.push(connection)
    return connection
  }
  const rows = async ({ exchange }: Connection, sql: string) =>
    readResults(await exchange(query(sql))).flatMap((result) => result.rows)

  describe.skipIf(!hasPsql)('psql', () => {
    const psql = async (...commands: string[]) => {
      const options = ['-X', '-v', 'ON_ERROR_STOP=1', '-q', stand.neon.url(stand.owner)]
      const all = [...options, ...commands.flatMap((command) => ['-c', command])]
      return (await run('psql', all, { timeout: 20_000 })).stdout
    }

    test('runs statements, transactions and its own commands', async () => {
      const setUp = ['create table seen (id int primary key, name text)', 'begin']
      const work = [`insert into seen values (1, 'é')`, 'commit', 'table seen', '\\d seen', '\\du']
      const output = await psql(...setUp, ...work)
      expect(output).toContain('1 | é')
      expect(output).toContain('seen_pkey')
      expect(output).toContain(stand.app)
    })

    test('keeps its settings while requests come in between', async () => {
      const sql = neon(stand.neon.url(stand.app))
      const script = psql(`set app.tenant_id = 'acme'`, `\\! sleep 0.5`, 'show app.tenant_id')
      const between = delay(200).then(() => sql`select 1`)
      expect(await script).toContain('acme')
      await between
    })

    test('a wrong password is refused, and so is an unknown database', async () => {
      const right = stand.neon.url(stand.owner)
      const { password, pathname } = new URL(right)
      const wrong = [right.replace(password, 'no'), right.replace(pathname, '/other')]
      for (const url of wrong) {
        const refused = run('psql', [url, '-c', 'select 1'])
        await expect(refused).rejects.toThrow('password authentication failed')
      }
    })
  })

  test('a transaction of one client holds, and its rows show when it ends', async () => {
    const [one, other] = [await connect(), await connect()]
    await one.exchange(query('create table held (id int)'))
    await one.exchange(query('begin; insert into held values (1)'))
    const seen = rows(other, 'select count(*) from held')
    await delay(100)
    await one.exchange(query('commit'))
    expect([['0'], ['1']]).toContainEqual((await seen)[0])
    expect(await rows(other, 'select count(*) from held')).toEqual([['1']])
  })

  test('clients may prepare statements of the same name', async () => {
    const [one, other] = [await connect(), await connect()]
    await prepare(one, 'mine', 'select 1')
    await prepare(other, 'mine', 'select 2')
    expect(await execute(one, 'mine')).toEqual([['1']])
    expect(await execute(other, 'mine')).toEqual([['2']])
  })

  test('an error in a run of messages skips the rest, with one ReadyForQuery', async () => {
    const { exchange } = await connect()
    const answer = await exchange(
      Buffer.concat([statement('select 1/0'), statement('select 2'), sync]),
    )
    expect(typesOf(answer)).toBe('1EZ')
    expect(typesOf(await exchange(query('select 1')))).toBe('TDCZ')
  })

  test('a client that leaves inside a transaction leaves nothing', async () => {
    const one = await connect()
    await one.exchange(query('create table left_open (id int)'))
    await one.exchange(query('begin; insert into left_open values (1)'))
    one.socket.destroy()
    await delay(100)
    expect(await rows(await connect(), 'table left_open')).toEqual([])
  })

  test('a session is its role', async () => {
    const names = await rows(await connect(stand.app), 'select current_user, session_user')
    expect(names).toEqual([[stand.app, stand.app]])
  })

  test('an unknown message ends its connection and no other', async () => {
    const one = await connect()
    one.socket.write(message('y'))
    expect(await one.reader.next()).toMatchObject({ type: 'E' })
    expect(await one.reader.next()).toBeUndefined()
    expect(await rows(await connect(), 'select 1')).toEqual([['1']])
  })

  test('bytes that are no PostgreSQL end their connection', async () => {
    const socket = connectSocket(stand.neon.tcpPort!, '127.0.0.1')
    socket.resume().write('GET / HTTP/1.1\r\n\r\n')
    await once(socket, 'close')
    expect(await rows(await connect(), 'select 1')).toEqual([['1']])
  })

  test('a port that is taken is an error, and leaves no other port open', async () => {
    const users = { nobody: 'secret' }
    const backend = new Promise<never>(() => {})
    const start = startNeon({ backend, users, tcpPort: stand.neon.tcpPort! })
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('a transaction nobody continues ends after five seconds', async ({ skip }) => {
    skip(!stand.isPglite, 'only where everybody else would wait')
    const idle = await connect()
    await idle.exchange(query('create table idle (id int)'))
    await idle.exchange(query('begin; insert into idle values (1)'))
    const started = performance.now()
    expect(await neon(stand.neon.url(stand.owner))`select * from idle`).toHaveLength(0)
    expect(performance.now() - started).toBeGreaterThan(4_000)
    const last = await idle.reader.next()
    expect(last?.body.toString()).toContain('idle-in-transaction timeout')
  })
})

async function prepare({ exchange }: Connection, name: string, sql: string): Promise<void> {
  const parse = message('P', cString(name), cString(sql), int16(0))
  readResults(await exchange(Buffer.concat([parse, sync])))
}

async function execute({ exchange }: Connection, name: string) {
  const none = int16(0)
  const bind = message('B', cString(''), cString(name), none, none, none)
  const all = message('E', cString(''), int32(0))
  const close = message('C', Buffer.from('S'), cString(name))
  return readResults(await exchange(Buffer.concat([bind, all, close, sync])))[0]?.rows
}

const typesOf = (answer: Buffer) => [...splitMessages(answer)].map(({ type }) => type).join('')
