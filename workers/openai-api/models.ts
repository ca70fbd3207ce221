/**
 * Models of this surface: a knowledge base answers under `va-rag:` and its id, an assistant under
 * `va-assistant:` and its slug, the embedder under its own name.
 */

const ANSWERS = 'va-rag'
/** The knowledge base every tenant has; `va-rag` alone means it. */
const DEFAULT = 'default'

export const modelOf = (kbId: string) => `${ANSWERS}:${kbId}`

/** The knowledge base that a model's name stands for; whether it is there, and the caller's, is asked elsewhere. */
export function kbOf(model: string): string | undefined {
  if (model === ANSWERS) return DEFAULT
  return model.startsWith(`${ANSWERS}:`) ? model.slice(ANSWERS.length + 1) : undefined
}

/** `va-assistant` alone means the tenant's default one, or ours. */
export const ASSISTANT = 'va-assistant'

export const assistantModel = (slug: string) => `${ASSISTANT}:${slug}`

/** The assistant a model's name stands for: its id or slug, null for the default one; undefined: none. */
export function assistantOf(model: string): string | null | undefined {
  if (model === ASSISTANT) return null
  const named = model.startsWith(`${ASSISTANT}:`) ? model.slice(ASSISTANT.length + 1) : ''
  return named === '' ? undefined : named
}

/** Seconds since 1970. */
export const secondsOf = (time: Date) => Math.floor(time.getTime() / 1000)

/** Little-endian 32-bit floats in base64, which clients ask for to save a third of the bytes. */
export function base64Of(vector: readonly number[]): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4))
  vector.forEach((value, index) => bytes.setFloat32(index * 4, value, true))
  let text = ''
  for (const byte of new Uint8Array(bytes.buffer)) text += String.fromCharCode(byte)
  return btoa(text)
}
