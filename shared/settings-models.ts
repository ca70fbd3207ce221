/** Settings of the chat models asked behind the first one; the others are settings.ts. */
import { z } from 'zod'
import { chatProviders } from './model-provider.ts'
import { isStored, type SecretBinding } from './secret.ts'
import { names, optional, setting } from './setting-rules.ts'

const providers = z
  .custom<SecretBinding>(
    (value) => isStored(value) || typeof value === 'string',
    'must be a secret',
  )
  // What is in the Secrets Store is not there to be looked at, and read when it is needed.
  .superRefine((value, issues) => {
    const fault = typeof value === 'string' ? chatProviders(value).fault : undefined
    if (fault !== undefined) issues.addIssue({ code: 'custom', message: fault })
  })
  .optional()

export const MODEL_SETTINGS = {
  CHAT_FALLBACK_MODELS: setting(
    names,
    'Models asked when CHAT_MODEL fails, in this order; `provider/model` is of a provider of CHAT_PROVIDERS. May be empty.',
  ),
  CHAT_PROVIDERS: optional(
    providers,
    ['edge'],
    'OpenAI-compatible providers of further models, as JSON: a list of `name`, `url` and `key`.',
  ),
}
