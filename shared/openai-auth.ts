/**
 * What the Workers' bundles have of the sign-in of OpenAI's client with workload identities ([alias]
 * in the wrangler files): nothing, for the platform's and the tenants' credentials are API keys.
 */

/** Asked of every client's options. */
export const isX509WorkloadIdentity = () => false

/**
 * Called or constructed.
 *
 * @throws Error always: no client here is made with a workload identity
 */
function absent(): never {
  throw new Error('Workload identities are not in the bundle: see shared/openai-auth.ts.')
}

export {
  absent as WorkloadIdentityAuth,
  absent as X509WorkloadIdentityAuth,
  absent as assertX509RequestOptions,
  absent as snapshotX509RequestOptions,
}
