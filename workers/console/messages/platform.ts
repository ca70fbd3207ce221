/** Words of the page Platform, which few open: it brings its own. */
import { useMessages } from './locale.tsx'
import { platform as en } from './platform-en.ts'
import { platform as ru } from './platform-ru.ts'

/** By the code of their language. */
export const PLATFORM = { en, ru }

export const usePlatformMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
