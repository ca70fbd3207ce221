/** The shares of an environment's rules, each with a slider; published one by one. */
import { useState } from 'react'
import type { FlagRule } from '../../../flags/model-schemas.ts'
import type { Flag } from '../../../flags/schemas.ts'
import { useFlagEditor } from '../../lib/flag-editor-queries.ts'
import { settingsIn } from '../../lib/flag-summary.ts'
import type { Tried } from '../../lib/flag-trial-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Section } from '../../ui/section.tsx'
import { ImpactPreview } from './impact.tsx'

export interface PartProps {
  flag: Flag
  environment: string
}

export function RolloutSection({ flag, environment }: PartProps) {
  const { rollout } = useMessages().flag
  const { publish } = useFlagEditor(flag.name)
  const settings = settingsIn(flag, environment)
  const shared = settings.rules.filter((rule) => rule.type !== 'force')
  const withRule = (id: string, share: number) => ({
    ...settings,
    rules: settings.rules.map((rule) => (rule.id === id ? withShare(rule, share) : rule)),
  })
  const change = (id: string, share: number) => publish(flag, environment, withRule(id, share))
  return (
    <Section title={rollout.title} hint={rollout.hint}>
      {shared.length === 0 && <p className="text-muted">{rollout.none}</p>}
      {shared.map((rule) => (
        <Share
          key={`${rule.id} ${flag.version}`}
          id={rule.id}
          share={rule.type === 'rollout' ? rule.percentage : rule.coverage}
          onPublish={(share) => change(rule.id, share)}
          triedOf={(share) => ({
            environment,
            change: {
              version: flag.version,
              environments: { [environment]: withRule(rule.id, share) },
            },
          })}
          flag={flag.name}
        />
      ))}
    </Section>
  )
}

function withShare(rule: FlagRule, share: number): FlagRule {
  if (rule.type === 'force') return rule
  return rule.type === 'rollout' ? { ...rule, percentage: share } : { ...rule, coverage: share }
}

interface ShareProps {
  id: string
  share: number
  flag: string
  onPublish: (share: number) => Promise<void>
  triedOf: (share: number) => Tried
}

function Share({ id, share, flag, onPublish, triedOf }: ShareProps) {
  const { rollout } = useMessages().flag
  const mayWrite = usePermission('flag.write')
  const [value, setValue] = useState(share)
  const [error, setError] = useState<unknown>(null)
  const publish = () => {
    setError(null)
    void onPublish(value).catch(setError)
  }
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-3">
        <input
          type="range"
          min={0}
          max={100}
          step={1}
          value={value}
          disabled={!mayWrite}
          aria-label={rollout.share(id)}
          onChange={(event) => setValue(event.target.valueAsNumber)}
          className="min-w-32 flex-1 accent-accent"
        />
        <output className="w-16 text-right tabular-nums">{value} %</output>
        {mayWrite && (
          <Button look="primary" disabled={value === share} onClick={publish}>
            {rollout.publish}
          </Button>
        )}
      </div>
      {mayWrite && value !== share && (
        <ImpactPreview flag={flag} tried={triedOf(value)} label={rollout.share(id)} />
      )}
      {error !== null && <ErrorNote error={error} />}
    </div>
  )
}
