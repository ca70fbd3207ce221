/** From the mail queue to the outbox: the indexer's real handler, the real endpoint's stand-in. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startMail } from '../../local/mail/server.ts'
import { startApp, type TestApp } from './harness.ts'
import { deliver } from './knowledge-harness.ts'

const MESSAGE = {
  id: 'mail-1',
  to: 'ada@example.com',
  locale: 'en',
  requestId: 'r1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  template: 'reset-password',
  data: { url: 'http://localhost:8787/console/reset-password#token=secret', name: 'Ada' },
}

let app: TestApp
let mail: Awaited<ReturnType<typeof startMail>>
let folder: string
beforeAll(async () => {
  app = await startApp()
  folder = await mkdtemp(join(tmpdir(), 'outbox-'))
  mail = await startMail({ token: 'mail', outbox: folder })
})
afterAll(async () => {
  await Promise.all([app.close(), mail.close()])
  await rm(folder, { recursive: true })
})

const hand = (bodies: unknown[], env: object = {}, queue = 'mail') =>
  deliver(app, bodies, { queue, env: { MAIL_URL: mail.url, ...env } })

test('a mail lands in the outbox, readable, and once however often it is delivered', async () => {
  expect(await hand([MESSAGE])).toEqual([{ type: 'ack' }])
  expect(await hand([MESSAGE])).toEqual([{ type: 'ack' }])
  const files = await readdir(folder)
  expect(files).toEqual([expect.stringMatching(/^2.*-ada@example\.com-\w{4}\.txt$/)])
  const text = await readFile(join(folder, files[0]!), 'utf8')
  expect(text).toContain('To: ada@example.com\nSubject: Set a new password\n')
  expect(text).toContain(MESSAGE.data.url)
})

test('while the endpoint is down, or does not know us, mails wait longer and longer', async () => {
  mail.setUp(false)
  const waiting = { ...MESSAGE, id: 'mail-2' }
  expect(await hand([waiting])).toEqual([{ type: 'retry', delaySeconds: 60 }])
  mail.setUp(true)
  expect(await hand([waiting], { MAIL_TOKEN: 'another' })).toEqual([
    { type: 'retry', delaySeconds: 60 },
  ])
  expect(await hand([waiting])).toEqual([{ type: 'ack' }])
  expect(await readdir(folder)).toHaveLength(2)
})

test('one bad message is dropped, the rest of the batch goes on', async () => {
  const verdicts = await hand([{ to: 'eve@example.com' }, { ...MESSAGE, id: 'mail-3' }])
  expect(verdicts).toEqual([{ type: 'ack' }, { type: 'ack' }])
  expect(await readdir(folder)).toHaveLength(3)
})

test('what the endpoint refuses for good, what is dead and what has nowhere to go ends', async () => {
  const gone = { MAIL_URL: mail.url.replace('/send', '/nowhere') }
  expect(await hand([MESSAGE], gone)).toEqual([{ type: 'ack' }])
  expect(await hand([MESSAGE], {}, 'mail-dead-production')).toEqual([{ type: 'ack' }])
  expect(await hand([MESSAGE], { MAIL_URL: '' })).toEqual([{ type: 'ack' }])
  expect(await readdir(folder)).toHaveLength(3)
})
