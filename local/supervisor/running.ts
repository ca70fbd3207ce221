/** What the state folder says of the stack that runs on it: addresses, credentials, processes. */
import { rm } from 'node:fs/promises'
import { z } from 'zod'
import { readJson, writeJson } from './json-file.ts'

const RunningStack = z.object({
  /** Console, API and everything else, plain HTTP; the PUBLIC_URL of the Workers. */
  url: z.string(),
  tlsUrl: z.string(),
  certificatePath: z.string(),
  owner: z.object({ email: z.string(), password: z.string() }),
  /** Which models answer, in words. */
  models: z.string(),
  /** Connection string of the database's owner, for psql and migrations. */
  databaseUrl: z.string(),
  databaseHttpUrl: z.string(),
  redisUrl: z.string(),
  openAiBaseUrl: z.string(),
  /** Folder of the mails that were sent. */
  outbox: z.string().default(''),
  inspectorPort: z.number(),
  pid: z.number(),
  /** Leader of the process group wrangler and workerd run in. */
  workersPid: z.number(),
})
export type RunningStack = z.infer<typeof RunningStack>

/** Undefined after a clean stop. After a kill it tells what ran, so whoever holds the lock decides. */
export async function readRunning(path: string): Promise<RunningStack | undefined> {
  return readJson(path, RunningStack)
}

export function writeRunning(path: string, stack: RunningStack): void {
  writeJson(path, stack)
}

export async function forgetRunning(path: string): Promise<void> {
  await rm(path, { force: true })
}
