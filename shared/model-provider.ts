/** OpenAI-compatible providers beside the first one, as the setting CHAT_PROVIDERS says them. */
import { z } from 'zod'
import { providerUrl } from './setting-rules.ts'

const ChatProvider = z.strictObject({
  /** What stands before the slash in CHAT_FALLBACK_MODELS. */
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be lower-case letters, digits and hyphens'),
  /** Such as https://api.example.com/v1. */
  url: providerUrl,
  key: z.string().min(1, 'must not be empty'),
})
export type ChatProvider = z.infer<typeof ChatProvider>

const ChatProviders = z
  .array(ChatProvider)
  .max(10)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'names one twice')

/** What the setting says; `fault` never repeats anything of it, for keys are in there. */
export function chatProviders(text: string): { providers: ChatProvider[]; fault?: string } {
  if (text.trim() === '') return { providers: [] }
  try {
    const { data, error } = ChatProviders.safeParse(JSON.parse(text))
    if (data) return { providers: data }
    const [first] = error.issues
    const at = [...(first?.path ?? []), first?.code === 'custom' ? first.message : 'is not valid']
    return { providers: [], fault: `must be a list of name, url and key (${at.join(' ')})` }
  } catch {
    return { providers: [], fault: 'must be JSON' }
  }
}
