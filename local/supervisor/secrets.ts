/** The secrets of a local stack, made once and kept with its data, which depends on them. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { readJson, writeJson } from './json-file.ts'
import type { pathsOf } from './paths.ts'

const Secrets = z.object({
  ownerPassword: z.string(),
  databasePassword: z.string(),
  appPassword: z.string(),
  authPassword: z.string(),
  upstashToken: z.string(),
  openAiKey: z.string(),
  authSecret: z.string(),
  passwordPepper: z.string(),
  setupToken: z.string(),
  /** Younger than the rest, and tied to no data: who has none yet gets one for the day. */
  mailToken: z.string().default(() => secret()),
  /** The same. */
  tavilyKey: z.string().default(() => secret()),
  providerKek: z.string(),
})
export type Secrets = z.infer<typeof Secrets>

/** @throws Error when there is a database but the secrets it was made with are gone */
export async function ensureSecrets(paths: ReturnType<typeof pathsOf>): Promise<Secrets> {
  const kept = await readJson(paths.secrets, Secrets.partial({ providerKek: true }))
  if (kept) {
    // A stack of before tenants' keys were encrypted gets what it lacks.
    const secrets = { ...kept, providerKek: kept.providerKek ?? makeSecrets().providerKek }
    if (!kept.providerKek) writeJson(paths.secrets, secrets)
    return secrets
  }
  if (existsSync(paths.postgres)) {
    throw new Error(
      `${paths.secrets} is gone, and nobody can sign in to the database without it. ` +
        'Put it back, or start afresh with `npm run reset`.',
    )
  }
  const secrets = makeSecrets()
  writeJson(paths.secrets, secrets)
  return secrets
}

function makeSecrets(): Secrets {
  return {
    ownerPassword: randomBytes(12).toString('base64url'),
    databasePassword: secret(),
    appPassword: secret(),
    authPassword: secret(),
    upstashToken: secret(),
    openAiKey: `sk-${secret()}`,
    authSecret: secret(),
    passwordPepper: secret(),
    setupToken: secret(),
    mailToken: secret(),
    tavilyKey: secret(),
    providerKek: secret(),
  }
}

/** 192 bits; base64url needs no quoting in URLs, env files and shells. */
const secret = () => randomBytes(24).toString('base64url')
