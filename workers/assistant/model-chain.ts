/** The models that may be asked, in their order, and whose each is. Pure. */

interface ChainSettings {
  readonly CHAT_MODEL: string
  /** Names with commas; may be empty. */
  readonly CHAT_FALLBACK_MODELS: string
}

/** @param first Stands before the others if it is one of them */
export function chainOf(
  { CHAT_MODEL, CHAT_FALLBACK_MODELS }: ChainSettings,
  first?: string | null,
): [string, ...string[]] {
  const chain = [CHAT_MODEL, ...CHAT_FALLBACK_MODELS.split(',').filter(Boolean)]
  const [chosen = CHAT_MODEL] = chain.filter((model) => model === first)
  return [chosen, ...chain.filter((model) => model !== chosen)]
}

interface Named {
  name: string
}

/**
 * `provider/model` is of the provider of that name. Models of the first provider may have slashes too, so
 * only a name that is known is one.
 */
export function ownerOf<Provider extends Named>(
  entry: string,
  providers: readonly Provider[],
): { provider: Provider | undefined; model: string } {
  const slash = entry.indexOf('/')
  const provider = providers.find(({ name }) => name === entry.slice(0, slash))
  return provider ? { provider, model: entry.slice(slash + 1) } : { provider, model: entry }
}
