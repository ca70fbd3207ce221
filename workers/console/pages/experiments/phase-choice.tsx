/** Which of an experiment's phases is looked at. With one there is nothing to choose. */
import { useNavigate } from '@tanstack/react-router'
import { usePhases } from '../../lib/experiment-queries.ts'
import { formatDeadline } from '../../lib/format.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { SelectField } from '../../ui/field.tsx'

interface PhaseChoiceProps {
  experimentKey: string
  environment: string
  phase: number | undefined
}

export function PhaseChoice({ experimentKey, environment, phase }: PhaseChoiceProps) {
  const { experiments } = useLateMessages()
  const { locale } = useMessages()
  const { phases: words } = experiments
  const navigate = useNavigate({ from: '/experiments' })
  const all = usePhases(experimentKey, environment).data?.items ?? []
  const present = all.find(({ isPresent }) => isPresent)
  if (!present || all.length === 1) return null
  const options = all.map((one) => {
    const since = one.since === null ? '–' : formatDeadline(one.since, locale)
    const name = one.isPresent ? words.present(one.phase) : words.earlier(one.phase, since)
    return { value: String(one.phase), name }
  })
  return (
    <SelectField
      className="mb-4 w-80 max-w-full"
      label={words.label}
      {...(phase !== undefined && phase !== present.phase && { hint: words.hint })}
      value={String(phase ?? present.phase)}
      options={options}
      onChange={({ target: { value } }) => {
        const chosen = Number(value)
        void navigate({
          search: ({ phase: _before, ...last }) =>
            chosen === present.phase ? last : { ...last, phase: chosen },
          replace: true,
        })
      }}
    />
  )
}
