/** An assistant's content as the fields of a form hold it. */
import type { AssistantContent } from '../../assistant/assistant-schemas.ts'
import { textOf } from './submit.ts'

export const LANGUAGES = ['en', 'ru', 'de', 'es', 'fr'] as const

/** What is chosen one by one has this field beside it; without it all are meant. */
export const onlyOf = (name: string) => `${name}_only`

export function contentOf(form: FormData): AssistantContent {
  const language = LANGUAGES.find((each) => each === textOf(form, 'language')) ?? null
  return {
    name: textOf(form, 'name').trim(),
    instructions: textOf(form, 'instructions'),
    language,
    greeting: textOf(form, 'greeting'),
    tools: chosenIn(form, 'tools'),
    knowledge_bases: chosenIn(form, 'knowledge_bases'),
    model: textOf(form, 'model') || null,
    voice: textOf(form, 'voice').trim() || null,
    limits: {
      max_turns: numberIn(form, 'max_turns'),
      max_answer_length: numberIn(form, 'max_answer_length'),
      max_steps: numberIn(form, 'max_steps'),
    },
  }
}

const chosenIn = (form: FormData, name: string): string[] | null =>
  form.has(onlyOf(name)) ? form.getAll(name).filter((value) => typeof value === 'string') : null

const numberIn = (form: FormData, name: string): number | null =>
  textOf(form, name) === '' ? null : Number(textOf(form, name))
