/**
 * Signing in with a passkey. Nobody says who they are first: the passkey does. It is two factors,
 * what holds it and how its owner unlocks it, so no code is asked for afterwards.
 */
import { eq, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { recordAudit } from '../../audit/service.ts'
import type { Assertion, AssertionOptions } from '../passkey-schemas.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { createToken, findToken } from './one-time-token.ts'
import { passkeys } from './passkey-tables.ts'
import { handleOf } from './passkeys.ts'
import { findPerson } from './person.ts'
import { refusing } from './refusal.ts'
import {
  CEREMONY_MS,
  challengeIn,
  expectationsOf,
  loadVerifier,
  relyingPartyOf,
} from './relying-party.ts'
import { firstTenantOf, signInColumn } from './session-audit.ts'
import { insertSession, sessionRow } from './session-row.ts'
import { endFormer, handOver, type Opened } from './session.ts'
import { verifications } from './tables.ts'

/**
 * RFC 8176, section 2: a key that may be copied counts as one in software, one that stays on its
 * device as one in hardware; its owner was present, and proved two factors.
 */
const AMR = { synced: 'swk user mfa', bound: 'hwk user mfa' }

export async function beginPasskeySignIn(ctx: IssuerContext): Promise<AssertionOptions> {
  const { token: challenge, row } = createToken(ctx, 'passkey-sign-in', '')
  await reaching(authDatabaseOf(ctx.env).insert(verifications).values(row))
  const { id: rpId } = relyingPartyOf(ctx)
  return { challenge, rpId, userVerification: 'required', timeout: CEREMONY_MS }
}

/**
 * Of several with one challenge one wins, and a signature counter never goes back.
 *
 * @throws ProblemError unauthenticated, the same for whatever does not fit; forbidden for an
 *   account that is banned
 */
export async function signInWithPasskey(
  ctx: IssuerContext,
  assertion: Assertion,
  headers: Headers,
): Promise<Opened> {
  const challenge = challengeIn(assertion.response.clientDataJSON)
  const begun = await findToken(ctx, challenge, 'passkey-sign-in')
  const passkey = await findPasskey(ctx, assertion.id)
  if (!begun || passkey?.handle !== assertion.response.userHandle) throw refuse(ctx, passkey)
  const info = await verify(ctx, challenge, passkey, assertion)
  const isSynced = info.credentialDeviceType === 'multiDevice'
  const amr = isSynced ? AMR.synced : AMR.bound
  const session = sessionRow(ctx, { userId: passkey.userId, amr }, headers)
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const tenantId = await firstTenantOf(ctx, passkey.userId)
  const opener = {
    userId: passkey.userId,
    sessionId: session.id,
    tenantId,
    method: 'passkey',
  } as const
  const { rowCount } = await refusing(
    authDatabaseOf(ctx.env).execute(sql`
      with used as (
        delete from auth.verifications where id = ${begun.id} and expires_at > ${at} returning id
      ), counted as (
        update auth.passkeys p set counter = ${info.newCounter}::bigint, is_synced = ${isSynced}, last_used_at = ${at}
        from used where p.id = ${passkey.id}
          and (p.counter < ${info.newCounter}::bigint or (p.counter = 0 and ${info.newCounter}::bigint = 0))
        returning p.id
      ), opened as (
        ${insertSession(session, sql`counted`)}
      )
      select ${signInColumn(ctx, opener)} from opened`),
  )
  if (rowCount === 0) throw refuse(ctx, passkey)
  await endFormer(ctx, headers)
  return handOver(ctx, session.token)
}

type Known = Exclude<Awaited<ReturnType<typeof findPasskey>>, undefined>

async function findPasskey({ env }: IssuerContext, credentialId: string) {
  const [row] = await reaching(
    authDatabaseOf(env).select().from(passkeys).where(eq(passkeys.credentialId, credentialId)),
  )
  return row && { ...row, handle: handleOf(row.userId) }
}

async function verify(ctx: IssuerContext, challenge: string, passkey: Known, assertion: Assertion) {
  const { verifyAuthenticationResponse } = await loadVerifier()
  const { credentialId: id, publicKey, counter } = passkey
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      ...expectationsOf(ctx),
      expectedChallenge: challenge,
      credential: { id, counter, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')) },
      response: { ...assertion, clientExtensionResults: {} },
    })
    if (verified) return authenticationInfo
  } catch (cause) {
    throw refuse(ctx, passkey, cause)
  }
  throw refuse(ctx, passkey)
}

function refuse(ctx: IssuerContext, passkey?: Known, cause?: unknown): ProblemError {
  ctx.defer(recordFailure(ctx, passkey))
  const detail = 'This passkey does not open an account here; try again, or sign in another way.'
  return new ProblemError('unauthenticated', detail, { cause })
}

async function recordFailure(ctx: IssuerContext, passkey?: Known): Promise<void> {
  const person = passkey && (await findPerson(ctx, { userId: passkey.userId }))
  recordAudit(ctx, 'auth.signin.fail', {
    ...person?.tenantId,
    ...(passkey && { resource: { type: 'user', id: passkey.userId } }),
    outcome: 'failed',
    reason: passkey ? 'The passkey’s answer does not fit.' : 'There is no such passkey.',
    facts: { method: 'passkey' },
  })
}
