/**
 * Secrets as the code asks for them: whether one is a Worker secret (a string) or a Secrets Store
 * binding (asked over the network), and whether it is being rotated, is told here and nowhere else.
 * While NAME is rotated its older values stand in NAME_PREVIOUS, one per line, newest first.
 */
import { ProblemError } from './errors.ts'

/** https://developers.cloudflare.com/secrets-store/integrations/workers/ */
export interface StoredSecret {
  get(): Promise<string>
}

export type SecretBinding = string | StoredSecret

export interface Secret {
  /** What is used from now on. */
  readonly current: string
  /** What older data may still be made with; newest first. */
  readonly previous: readonly string[]
}

/** Milliseconds a value from the Secrets Store is used without asking again. */
const FRESH_MS = 300_000

interface Kept {
  value: Promise<string>
  askedAt: number
}

const kept = new WeakMap<object, Kept>()

/**
 * The secret `name` of this Worker, or undefined when it is not set or empty.
 *
 * @throws ProblemError dependency_down when the Secrets Store does not answer and never did
 */
export async function findSecret(
  env: object,
  name: string,
  now = new Date(),
): Promise<Secret | undefined> {
  const [current, previous] = await Promise.all([
    valueOf(bindingOf(env, name), now),
    valueOf(bindingOf(env, `${name}_PREVIOUS`), now),
  ])
  if (!current) return undefined
  return { current, previous: previous.split('\n').filter((line) => line !== '') }
}

/** The same for one the Worker cannot do without. @throws ProblemError misconfigured, naming it */
export async function secret(env: object, name: string, now = new Date()): Promise<Secret> {
  const found = await findSecret(env, name, now)
  if (!found) throw new ProblemError('misconfigured', `Set these variables: ${name} is missing.`)
  return found
}

/** All values, the one to use first. */
export const valuesOf = ({ current, previous }: Secret): string[] => [current, ...previous]

/** Whether there is such a secret at all; its value is not asked for. */
export function isSet(env: object, name: string): boolean {
  return bindingOf(env, name) !== ''
}

function bindingOf(env: object, name: string): SecretBinding {
  const binding: unknown = Reflect.get(env, name)
  if (typeof binding === 'string') return binding
  return isStored(binding) ? binding : ''
}

export const isStored = (binding: unknown): binding is StoredSecret =>
  typeof binding === 'object' && binding !== null && 'get' in binding

/** A value that was read once outlives failures of the store: it is more likely right than gone. */
async function valueOf(binding: SecretBinding, now: Date): Promise<string> {
  if (typeof binding === 'string') return binding
  const known = kept.get(binding)
  if (known && now.getTime() - known.askedAt < FRESH_MS) return known.value
  const asked = binding.get().catch((cause: unknown) => {
    if (known) return known.value
    kept.delete(binding)
    const detail = 'A secret cannot be read from the Secrets Store now. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  })
  kept.set(binding, { value: asked, askedAt: now.getTime() })
  return asked
}
