/** One's own passkeys: listed, added, renamed and removed. */
import { and, asc, eq, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { auditColumn } from '../../audit/service.ts'
import type {
  CreationOptions,
  FreshProof,
  NewCredential,
  NewPasskey,
  Passkey,
  PasskeyList,
} from '../passkey-schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { notify } from './notice.ts'
import { createToken, findToken } from './one-time-token.ts'
import { passkeys } from './passkey-tables.ts'
import { findPerson } from './person.ts'
import { proveRecently } from './recent-proof.ts'
import { refusing } from './refusal.ts'
import {
  ALGORITHMS,
  CEREMONY_MS,
  challengeIn,
  expectationsOf,
  loadVerifier,
  relyingPartyOf,
} from './relying-party.ts'
import { ownOf } from './session-list.ts'
import { removeWay } from './sign-in-ways.ts'
import { verifications } from './tables.ts'

/** More than anybody has devices. */
const MOST = 20

const COLUMNS = {
  id: passkeys.id,
  name: passkeys.name,
  isSynced: passkeys.isSynced,
  createdAt: passkeys.createdAt,
  lastUsedAt: passkeys.lastUsedAt,
}

export async function listPasskeys(ctx: CallerContext): Promise<PasskeyList> {
  const rows = await reaching(
    authDatabaseOf(ctx.env)
      .select(COLUMNS)
      .from(passkeys)
      .where(eq(passkeys.userId, ownOf(ctx).userId))
      .orderBy(asc(passkeys.createdAt), asc(passkeys.id)),
  )
  return { items: rows.map(toPasskey) }
}

/** @throws ProblemError as `proveRecently`; conflict when there are twenty already */
export async function beginPasskey(
  ctx: CallerContext,
  proof: FreshProof,
): Promise<CreationOptions> {
  const { userId, email, name } = await proveRecently(ctx, proof)
  const db = authDatabaseOf(ctx.env)
  const known = await reaching(
    db.select({ id: passkeys.credentialId }).from(passkeys).where(eq(passkeys.userId, userId)),
  )
  if (known.length >= MOST) throw tooMany()
  const { sessionId } = ownOf(ctx)
  const { token: challenge, row } = createToken(ctx, 'passkey-add', userId, sessionId)
  await reaching(db.insert(verifications).values(row))
  const { id, name: site } = relyingPartyOf(ctx)
  return {
    challenge,
    rp: { id, name: site },
    user: { id: handleOf(userId), name: email, displayName: name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout: CEREMONY_MS,
    attestation: 'none',
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    excludeCredentials: known.map((one) => ({ type: 'public-key', id: one.id })),
  }
}

/** What authenticators keep of the account; it says nothing about its owner (WebAuthn, 14.6.1). */
export const handleOf = (userId: string) => Buffer.from(userId).toString('base64url')

/**
 * Of several with one challenge one wins.
 *
 * @throws ProblemError invalid_fields when the browser's answer does not fit; conflict when the
 *   passkey is known already
 */
export async function addPasskey(
  ctx: CallerContext,
  { name, credential }: NewPasskey,
): Promise<Passkey> {
  const { userId, sessionId } = ownOf(ctx)
  const challenge = challengeIn(credential.response.clientDataJSON)
  const begun = await findToken(ctx, challenge, 'passkey-add')
  if (begun?.subject !== userId || begun.value !== sessionId) throw unfit()
  const info = await verifyNew(ctx, challenge, credential)
  const [id, createdAt] = [newId(ctx.now()), ctx.now().toISOString()]
  const at = sql`${createdAt}::timestamptz`
  const transports = JSON.stringify(credential.response.transports)
  const isSynced = info.credentialDeviceType === 'multiDevice'
  const publicKey = Buffer.from(info.credential.publicKey).toString('base64url')
  const details = { resource: { type: 'user', id: userId }, facts: { passkey: id, isSynced } }
  const { rowCount } = await refusing(
    authDatabaseOf(ctx.env).execute(sql`
      with used as (
        delete from auth.verifications where id = ${begun.id} and expires_at > ${at} returning id
      ), added as (
        insert into auth.passkeys
          (id, user_id, credential_id, public_key, counter, transports, name, is_synced, created_at)
        select ${id}, ${userId}, ${info.credential.id}, ${publicKey}, ${info.credential.counter}::bigint,
          array(select json_array_elements_text(${transports}::json)), ${name}, ${isSynced}, ${at}
        from used returning id
      )
      select ${auditColumn(ctx, 'auth.passkey.add', details)} from added`),
    new ProblemError('conflict', 'This passkey is known already.'),
  )
  if (rowCount === 0) throw unfit()
  const person = await findPerson(ctx, { userId })
  if (person) notify(ctx, person, 'passkey_added')
  return { id, name, isSynced, createdAt, lastUsedAt: null }
}

async function verifyNew(ctx: CallerContext, challenge: string, credential: NewCredential) {
  const { verifyRegistrationResponse } = await loadVerifier()
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      ...expectationsOf(ctx),
      expectedChallenge: challenge,
      supportedAlgorithmIDs: ALGORITHMS,
      response: { ...credential, clientExtensionResults: {} },
    })
    if (verified) return registrationInfo
  } catch (cause) {
    throw unfit(cause)
  }
  throw unfit()
}

/** @throws ProblemError not_found */
export async function renamePasskey(
  ctx: CallerContext,
  id: string,
  name: string,
): Promise<Passkey> {
  const isIt = and(eq(passkeys.userId, ownOf(ctx).userId), eq(passkeys.id, id))
  const [row] = await reaching(
    authDatabaseOf(ctx.env).update(passkeys).set({ name }).where(isIt).returning(COLUMNS),
  )
  if (!row) throw missing()
  return toPasskey(row)
}

/** @throws ProblemError not_found; conflict for the last way to sign in; as `proveRecently` */
export async function removePasskey(
  ctx: CallerContext,
  id: string,
  proof: FreshProof,
): Promise<void> {
  const person = await proveRecently(ctx, proof)
  const { userId } = person
  const details = { resource: { type: 'user', id: userId }, facts: { passkey: id } }
  const removal = sql`delete from auth.passkeys where user_id = ${userId} and id = ${id} returning id`
  const audited = auditColumn(ctx, 'auth.passkey.remove', details)
  if (!(await removeWay(ctx, userId, removal, audited))) throw missing()
  notify(ctx, person, 'passkey_removed')
}

interface Row extends Omit<Passkey, 'createdAt' | 'lastUsedAt'> {
  createdAt: Date
  lastUsedAt: Date | null
}

const toPasskey = ({ id, name, isSynced, createdAt, lastUsedAt }: Row): Passkey => ({
  id,
  name,
  isSynced,
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
})

const missing = () => new ProblemError('not_found', 'You have no such passkey.')

const tooMany = () =>
  new ProblemError('conflict', `An account has at most ${MOST} passkeys; remove one first.`)

/** The same for an answer to another challenge, an old one, and one that is not well made. */
function unfit(cause?: unknown): ProblemError {
  const detail = 'does not answer a challenge of yours that is still good; begin again'
  const errors = [{ in: 'json', pointer: '/credential', detail }]
  return new ProblemError('invalid_fields', 'The passkey was not added.', { errors, cause })
}
