/** Words of the page Costs, which is opened later and must stay small: it brings its own alone. */
import { costs as en } from './costs-en.ts'
import { costs as ru } from './costs-ru.ts'
import { useMessages } from './locale.tsx'

/** By the code of their language. */
export const COSTS = { en, ru }

export const useCostMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
