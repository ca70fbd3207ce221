/** Words of the page Overview, which few open: it brings its own. */
import { useMessages } from './locale.tsx'
import { overview as en } from './overview-en.ts'
import { overview as ru } from './overview-ru.ts'

/** By the code of their language. */
export const OVERVIEW = { en, ru }

export const useOverviewMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
