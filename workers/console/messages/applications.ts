/** Words of the page Applications, which is opened later and must stay small: it brings its own alone. */
import { applications as en } from './applications-en.ts'
import { applications as ru } from './applications-ru.ts'
import { useMessages } from './locale.tsx'

/** By the code of their language. */
export const APPLICATIONS = { en, ru }

export const useApplicationMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
