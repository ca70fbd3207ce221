/** One stack for all browser tests: what `npm start` brings up, in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startStack } from '../../local/supervisor/stack.ts'

export interface ConsoleUnderTest {
  url: string
  email: string
  password: string
  /** Folder of the mails sent. */
  outbox: string
  /** The database as its owner, for what no API does. */
  databaseUrl: string
  databaseHttpUrl: string
}

declare module 'vitest' {
  interface ProvidedContext {
    consoleUnderTest: ConsoleUnderTest
  }
}

export default async function setup(project: TestProject) {
  const directory = await mkdtemp(join(tmpdir(), 'voiceassist-browser-'))
  const options = { directory, port: 0, tlsPort: 0, quiet: true, seedDocs: true }
  const stack = await startStack(options)
  const { url, outbox, databaseUrl, databaseHttpUrl, owner } = stack
  const database = { databaseUrl, databaseHttpUrl }
  project.provide('consoleUnderTest', { url, outbox, ...database, ...owner })
  return async () => {
    await stack.stop()
    await rm(directory, { recursive: true, force: true })
  }
}
