/** Words of the page Traces, which few open: it brings its own. */
import { useMessages } from './locale.tsx'
import { traces as en } from './traces-en.ts'
import { traces as ru } from './traces-ru.ts'

/** By the code of their language. */
export const TRACES = { en, ru }

export const useTraceMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
