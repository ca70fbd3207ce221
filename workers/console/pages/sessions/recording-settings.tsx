/** What the tenant allows to be recorded, and for how long; off until somebody says otherwise. */
import type { FormEvent } from 'react'
import { useVoiceSessionActions, useVoiceSettings } from '../../lib/voice-session-queries.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { control } from '../../ui/filter-fields.tsx'
import { useToasts } from '../../ui/toasts.tsx'

export function RecordingSettings() {
  const { sessions } = useLateMessages()
  const { settings: words } = sessions
  const { data } = useVoiceSettings()
  const { setSettings } = useVoiceSessionActions()
  const { succeed, fail } = useToasts()
  if (!data) return null
  const save = async (form: FormData) => {
    const days = Number(form.get('days'))
    await setSettings({ may_record: form.get('may_record') === 'on', recording_days: days })
    succeed(words.saved)
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    void save(new FormData(event.currentTarget)).catch((error) => fail(words.title, error))
  }
  return (
    <details className="mb-4 rounded-md border border-line bg-surface px-3 py-2">
      <summary className="font-medium">{words.title}</summary>
      <form
        key={JSON.stringify(data)}
        onSubmit={submit}
        className="mt-3 flex flex-wrap items-end gap-4 pb-1"
      >
        <label className="flex h-8 items-center gap-2">
          <input type="checkbox" name="may_record" defaultChecked={data.may_record} />
          {words.mayRecord}
        </label>
        <label>
          <span className="mb-0.5 block text-xs text-muted">{words.days}</span>
          <input
            type="number"
            name="days"
            min={1}
            max={3650}
            required
            defaultValue={data.recording_days}
            className={control}
          />
        </label>
        <Button type="submit">{words.save}</Button>
      </form>
    </details>
  )
}
