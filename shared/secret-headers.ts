/** Headers somebody else's server asks for, kept as one secret: credentials, a tenant's name. */
import { findSecret } from './secret.ts'

/**
 * The headers of the secret `name`; none where it is not set. `name=value` with commas, values encoded
 * as in URLs: https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 *
 * @throws URIError where a value is not encoded as it should be
 */
export async function secretHeaders(env: object, name: string): Promise<Record<string, string>> {
  const found = await findSecret(env, name)
  const pairs = found?.current.split(',') ?? []
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]
    }),
  )
}
