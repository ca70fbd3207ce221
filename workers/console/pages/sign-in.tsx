/** The only page without a session. Sends the reader back to where the session ended. */
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { VoiceAssistError } from '../../../sdk/errors.ts'
import { useServices } from '../lib/services.tsx'
import { LOCALES, useLocale } from '../messages/locale.tsx'
import { Button } from '../ui/button.tsx'
import { ErrorNote } from '../ui/error-note.tsx'
import { TextField } from '../ui/field.tsx'
import { Logo } from '../ui/logo.tsx'
import { useTitle } from '../ui/page.tsx'

const textOf = (form: FormData, name: string) => {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

const isMismatch = (error: unknown) =>
  error instanceof VoiceAssistError && error.code === 'unauthenticated'

function useSignIn() {
  const { session, queries, conversation } = useServices()
  const { from } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const router = useRouter()
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    setError(null)
    try {
      await session.signIn(textOf(form, 'email'), textOf(form, 'password'))
      // Whoever was signed in before in this tab leaves nothing for the next.
      queries.clear()
      conversation.clear()
      // Only addresses of this console: a crafted link must not lead elsewhere after sign-in.
      if (from?.startsWith('/') && !from.startsWith('//')) router.history.push(`/console${from}`)
      else await navigate({ to: '/ask' })
    } catch (thrown) {
      setError(thrown)
      setBusy(false)
    }
  }
  return { submit, error, isBusy }
}

export function SignInPage() {
  const { messages } = useLocale()
  const { signIn } = messages
  const { submit, error, isBusy } = useSignIn()
  useTitle(signIn.submit)
  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="w-full max-w-sm min-w-0">
        <div className="mb-5 flex flex-col items-center gap-3">
          <Logo size={44} />
          <h1 className="text-lg font-semibold">{signIn.title}</h1>
        </div>
        <form
          onSubmit={(event) => void submit(event)}
          className="space-y-4 rounded-lg border border-line bg-surface p-5"
        >
          <TextField
            label={signIn.email}
            name="email"
            type="email"
            autoComplete="username"
            required
            autoFocus
          />
          <TextField
            label={signIn.password}
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
          {error !== null && (
            <ErrorNote error={error} {...(isMismatch(error) ? { text: signIn.rejected } : {})} />
          )}
          <Button type="submit" look="primary" disabled={isBusy} className="h-9 w-full">
            {isBusy ? signIn.submitting : signIn.submit}
          </Button>
        </form>
        <p className="mt-4 text-center text-sm text-pretty text-muted">{signIn.hint}</p>
        <LanguagePicker />
      </div>
    </main>
  )
}

function LanguagePicker() {
  const { messages, choose } = useLocale()
  return (
    <div
      role="group"
      aria-label={messages.account.language}
      className="mt-3 flex justify-center gap-1"
    >
      {(['en', 'ru'] as const).map((locale) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          aria-pressed={messages.locale === locale}
          onClick={() => choose(locale)}
          className="h-7 rounded-sm px-2 text-sm text-muted hover:bg-raised aria-pressed:font-medium aria-pressed:text-ink"
        >
          {LOCALES[locale]}
        </button>
      ))}
    </div>
  )
}
