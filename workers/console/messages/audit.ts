/** Words of the page Audit log, which is opened later and must stay small: it brings its own alone. */
import { audit as en } from './audit-en.ts'
import { audit as ru } from './audit-ru.ts'
import { useMessages } from './locale.tsx'

/** By the code of their language. */
export const AUDIT = { en, ru }

export const useAuditMessages = (): typeof en => (useMessages().locale === 'ru' ? ru : en)
