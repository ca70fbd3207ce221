/** Which language the console speaks: chosen, remembered, and loaded when it is not English. */
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from 'react'
import { en, type Messages } from './en.ts'

export const LOCALES = { en: 'English', ru: 'Русский' } as const
export type Locale = keyof typeof LOCALES

const STORED = 'locale'
export const isLocale = (value: string | null): value is Locale =>
  value !== null && value in LOCALES

const loaders: Record<Locale, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  ru: () => import('./ru.ts').then(({ ru }) => ru),
}

/** The remembered choice, else the first language of the browser that we have, else English. */
function preferredLocale(): Locale {
  const stored = localStorage.getItem(STORED)
  if (isLocale(stored)) return stored
  const wanted = navigator.languages.map((tag) => tag.split('-')[0] ?? '')
  return wanted.find(isLocale) ?? 'en'
}

/** Before the first render, so that nobody sees a flash of English. */
export async function loadPreferredMessages(): Promise<Messages> {
  const messages = await loaders[preferredLocale()]()
  document.documentElement.lang = messages.locale
  return messages
}

interface LocaleState {
  messages: Messages
  choose: (locale: Locale) => void
}

const LocaleContext = createContext<LocaleState>({ messages: en, choose: () => undefined })

export function LocaleProvider(props: { initial: Messages; children: ReactNode }) {
  const [messages, setMessages] = useState(props.initial)
  useEffect(() => {
    document.documentElement.lang = messages.locale
  }, [messages])
  const state = useMemo<LocaleState>(() => {
    const choose = (locale: Locale) => {
      localStorage.setItem(STORED, locale)
      void loaders[locale]().then(setMessages)
    }
    return { messages, choose }
  }, [messages])
  return <LocaleContext value={state}>{props.children}</LocaleContext>
}

export const useMessages = (): Messages => use(LocaleContext).messages
export const useLocale = (): LocaleState => use(LocaleContext)
