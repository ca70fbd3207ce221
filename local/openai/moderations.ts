/**
 * POST /v1/moderations: flags a text by plain words. Enough to see both outcomes offline; it is no
 * measure of what a real classifier finds.
 */
import type { Moderation } from 'openai/resources/moderations'
import * as z from 'zod'
import { parseWith } from './api-error.ts'
import type { Call } from './call.ts'
import type { Reply } from './reply.ts'
import { termsOf } from './words.ts'

type Category = keyof Moderation.Categories

const CATEGORY_WORDS: Readonly<Record<Category, string>> = {
  harassment: 'idiot moron stupid loser',
  'harassment/threatening': 'threaten',
  hate: 'subhuman vermin',
  'hate/threatening': 'exterminate',
  illicit: 'cocaine heroin counterfeit',
  'illicit/violent': 'bomb explosive grenade',
  'self-harm': 'suicide',
  'self-harm/instructions': '',
  'self-harm/intent': '',
  sexual: 'porn sex',
  'sexual/minors': '',
  violence: 'kill murder stab',
  'violence/graphic': 'gore behead',
}

const TextPart = z.looseObject({ type: z.literal('text'), text: z.string() })

const ModerationRequest = z.looseObject({
  input: z.union([z.string(), z.array(z.union([z.string(), TextPart])).min(1)]),
})

/** @throws ApiError 400 */
export function moderate({ body, id }: Call, model: string): Reply {
  const { input } = parseWith(ModerationRequest, body)
  const texts = [input].flat().map((item) => (typeof item === 'string' ? item : item.text))
  return { type: 'json', body: { id: `modr-${id}`, model, results: texts.map(moderationOf) } }
}

function moderationOf(text: string) {
  const terms = new Set(termsOf(text))
  const flags = Object.entries(CATEGORY_WORDS).map(([category, words]) => {
    return [category, termsOf(words).some((term) => terms.has(term))] as const
  })
  const flagged = flags.filter(([, isFlagged]) => isFlagged)
  return {
    flagged: flagged.length > 0,
    categories: Object.fromEntries(flags),
    category_scores: Object.fromEntries(
      flags.map(([name, isFlagged]) => [name, isFlagged ? 1 : 0]),
    ),
    category_applied_input_types: Object.fromEntries(
      flags.map(([name, isFlagged]) => [name, isFlagged ? ['text'] : []]),
    ),
  }
}
