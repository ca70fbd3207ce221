/**
 * One stack for all browser tests: what `npm start` brings up, in a folder of its own, and an OpenID
 * provider it signs people in through.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findPort } from '../../local/supervisor/ports.ts'
import { startStack } from '../../local/supervisor/stack.ts'
import { CLIENT, startOidc } from '../http/oidc-server.ts'

export interface ConsoleUnderTest {
  url: string
  email: string
  password: string
  /** Folder of the mails sent. */
  outbox: string
  /** The database as its owner, for what no API does. */
  databaseUrl: string
  databaseHttpUrl: string
  /** Where a test may have an MCP server. */
  mcpOrigin: string
}

declare module 'vitest' {
  interface ProvidedContext {
    consoleUnderTest: ConsoleUnderTest
  }
}

export default async function setup(project: TestProject) {
  const directory = await mkdtemp(join(tmpdir(), 'voiceassist-browser-'))
  const port = await findPort(0)
  const callback = `http://localhost:${port}/api/auth/callback/oidc`
  const oidc = await startOidc({ redirectUris: [callback], asks: true })
  const mcpOrigin = `http://127.0.0.1:${await findPort(0)}`
  const environment = {
    ...process.env,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_ISSUER: oidc.issuer,
    OIDC_NAME: 'Example Login',
    MCP_HOSTS: mcpOrigin,
  }
  const options = { directory, port, tlsPort: 0, quiet: true, seedDocs: true, environment }
  const stack = await startStack(options)
  const { url, outbox, databaseUrl, databaseHttpUrl, owner } = stack
  const database = { databaseUrl, databaseHttpUrl }
  project.provide('consoleUnderTest', { url, outbox, ...database, ...owner, mcpOrigin })
  return async () => {
    await stack.stop()
    await oidc.close()
    await rm(directory, { recursive: true, force: true })
  }
}
