/**
 * Tenants' own credentials for providers: stored sealed, shown by their last characters, given in
 * whole only to the feature that calls the provider. The cryptography is envelope.ts.
 */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { type SecretBinding, secret, valuesOf } from '../../shared/secret.ts'
import {
  createWrappedDek,
  type Dek,
  dekIdOf,
  type Kek,
  kekOf,
  openSecret,
  type Place,
  sealSecret,
  unwrapDek,
} from './envelope.ts'
import { endOf, faultsOf, type Provider } from './providers.ts'
import type { ProviderKeys, ProviderSecrets } from './schemas.ts'
import * as store from './store.ts'

export interface KekEnv {
  readonly PROVIDER_KEK: SecretBinding
}

export type KeyContext = store.StoreContext & WithEnv<KekEnv>

/** Milliseconds an unwrapped data key stays in the isolate, and how many do. */
const CACHE = { freshMs: 300_000, maxKeys: 1000 }

const unwrapped = new WeakMap<KekEnv, Map<string, { key: CryptoKey; until: number }>>()

/** What is stored for `provider`, without the secrets. @throws ProblemError not_found */
export async function getProviderKeys(ctx: KeyContext, provider: Provider): Promise<ProviderKeys> {
  const rows = await store.selectKeys(ctx, provider)
  if (rows.length === 0) throw missing(provider)
  const fields = rows.map(({ field, ending, version, updatedAt }) => {
    return { field, ending, version, updatedAt: updatedAt.toISOString() }
  })
  return { provider, fields }
}

/**
 * Stores all secrets of a provider, in place of what was there.
 *
 * @throws ProblemError invalid_fields, conflict when somebody else stored at the same moment
 */
export async function putProviderKeys(
  ctx: KeyContext,
  provider: Provider,
  { values }: ProviderSecrets,
): Promise<ProviderKeys> {
  const errors = faultsOf(provider, values).map((fault) => ({ in: 'json', ...fault }))
  if (errors.length > 0) {
    throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
  }
  const { dek, kid } = await sealingDek(ctx)
  const known = new Map((await store.selectKeys(ctx, provider)).map((row) => [row.field, row]))
  const sealing = Object.entries(values).map(async ([field, text]) => {
    const version = (known.get(field)?.version ?? 0) + 1
    const place = { tenantId: ctx.tenantId, provider, field, version }
    const sealed = await sealSecret(dek, kid, place, text)
    return { field, sealed, version, ending: endOf(text), updatedAt: ctx.now() }
  })
  if (!(await store.upsertKeys(ctx, provider, await Promise.all(sealing)))) {
    const detail = `The keys for ${provider} were changed at the same moment; look, and try again.`
    throw new ProblemError('conflict', detail)
  }
  return getProviderKeys(ctx, provider)
}

/** @throws ProblemError not_found */
export async function deleteProviderKeys(ctx: KeyContext, provider: Provider): Promise<void> {
  if (!(await store.deleteKeys(ctx, provider))) throw missing(provider)
}

/** The secret itself, for the feature that calls the provider; undefined when none is stored. */
export async function readProviderKey(
  ctx: KeyContext,
  provider: Provider,
  field: string,
): Promise<string | undefined> {
  const rows = await store.selectKeys(ctx, provider)
  const row = rows.find((candidate) => candidate.field === field)
  return row && openText(ctx, { provider, field, version: row.version }, row.sealed)
}

/** Sealed for its place, for a feature that stores it itself. */
export async function sealText(
  ctx: KeyContext,
  place: Omit<Place, 'tenantId'>,
  text: string,
): Promise<string> {
  const { dek, kid } = await sealingDek(ctx)
  return sealSecret(dek, kid, { tenantId: ctx.tenantId, ...place }, text)
}

/** @throws when `sealed` is not of this tenant and place */
export async function openText(
  ctx: KeyContext,
  place: Omit<Place, 'tenantId'>,
  sealed: string,
): Promise<string> {
  const dekId = dekIdOf(sealed)
  const key = cached(ctx, dekId) ?? (await unwrap(ctx, await getDek(ctx, dekId)))
  return openSecret(key, { tenantId: ctx.tenantId, ...place }, sealed)
}

/** What is stored from here on is sealed with a new data key; what was stays as it is. */
export async function rotateDataKey(ctx: KeyContext): Promise<void> {
  await store.replaceDek(ctx, await newDek(ctx))
}

async function sealingDek(ctx: KeyContext): Promise<{ dek: Dek; kid: string }> {
  let row = await store.findActiveDek(ctx)
  if (!row) {
    // Of several at once one is stored, so what is there afterwards is asked for.
    await store.insertDek(ctx, await newDek(ctx))
    row = await store.findActiveDek(ctx)
  }
  if (!row) throw new Error('A tenant has a data key once one was stored.')
  const key = cached(ctx, row.id) ?? (await unwrap(ctx, row))
  return { dek: { id: row.id, key }, kid: row.kid }
}

async function newDek(ctx: KeyContext): Promise<store.DekRow> {
  const kek = await kekOf((await secret(ctx.env, 'PROVIDER_KEK')).current)
  return { id: newId(ctx.now()), kid: kek.kid, wrapped: await createWrappedDek(kek) }
}

async function getDek(ctx: KeyContext, id: string): Promise<store.DekRow> {
  const row = await store.findDek(ctx, id)
  if (row) return row
  throw new Error(`The data key ${id} of a stored secret is gone.`)
}

/** Every KEK a data key may be wrapped with now, the one in use first. */
export async function keksOf(env: KekEnv): Promise<Kek[]> {
  return Promise.all(valuesOf(await secret(env, 'PROVIDER_KEK')).map(kekOf))
}

async function unwrap(ctx: KeyContext, { id, kid, wrapped }: store.DekRow): Promise<CryptoKey> {
  const kek = (await keksOf(ctx.env)).find((candidate) => candidate.kid === kid)
  if (!kek) {
    const detail = `Put the KEK ${kid} into PROVIDER_KEK_PREVIOUS: stored keys are wrapped with it.`
    throw new ProblemError('misconfigured', detail)
  }
  const key = await unwrapDek(kek, wrapped)
  const keys = unwrapped.get(ctx.env) ?? new Map()
  unwrapped.set(ctx.env, keys)
  keys.set(`${ctx.tenantId}:${id}`, { key, until: ctx.now().getTime() + CACHE.freshMs })
  if (keys.size > CACHE.maxKeys) keys.delete(keys.keys().next().value)
  return key
}

function cached(ctx: KeyContext, id: string): CryptoKey | undefined {
  const entry = unwrapped.get(ctx.env)?.get(`${ctx.tenantId}:${id}`)
  return entry && ctx.now().getTime() < entry.until ? entry.key : undefined
}

const missing = (provider: Provider) =>
  new ProblemError('not_found', `No keys are stored for ${provider}.`)
