/** One flag, in one environment: what it does, and everything that changes it. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import type { Flag } from '../../../flags/schemas.ts'
import { FIRST_ENVIRONMENT, useEnvironmentNames } from '../../lib/environments.ts'
import { useFlag, useFlagEditor } from '../../lib/flag-editor-queries.ts'
import { summaryOf } from '../../lib/flag-summary.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { Switch } from '../../ui/switch.tsx'
import { CountsSection } from './counts-section.tsx'
import { DraftsSection } from './drafts-section.tsx'
import { HistorySection } from './history-section.tsx'
import { OverridesSection } from './overrides-section.tsx'
import { RolloutSection } from './rollout-section.tsx'
import { RulesSection } from './rules-section.tsx'
import { SchedulesSection } from './schedules-section.tsx'
import { TesterSection } from './tester-section.tsx'

export function FlagEditor({ name }: { name: string }) {
  const { flag: words } = useMessages()
  const query = useFlag(name)
  return (
    <Page title={name} subtitle={query.data?.description || words.subtitle}>
      <Link to="/flags" search={{}} className="mb-4 inline-flex items-center gap-1 text-accent">
        <ArrowLeft size={16} aria-hidden />
        {words.back}
      </Link>
      <Loaded query={query} rows={6}>
        {(flag) => <Sections flag={flag} />}
      </Loaded>
    </Page>
  )
}

function Sections({ flag }: { flag: Flag }) {
  const { flag: words } = useMessages()
  const { environment = FIRST_ENVIRONMENT } = useSearch({ from: '/shell/flags' })
  const part = { flag, environment }
  return (
    <>
      <Head flag={flag} environment={environment} />
      <Section title={words.summary.title} hint={words.version(flag.version)}>
        <ol className="list-decimal space-y-1 pl-5">
          {summaryOf(flag, environment, words.summary).map((sentence) => (
            <li key={sentence} className="text-pretty break-words">
              {sentence}
            </li>
          ))}
        </ol>
      </Section>
      <TesterSection {...part} />
      <RolloutSection {...part} />
      <RulesSection key={`${environment} ${flag.version}`} {...part} />
      <OverridesSection {...part} />
      <SchedulesSection {...part} />
      <CountsSection {...part} />
      <DraftsSection name={flag.name} environment={environment} />
      <HistorySection name={flag.name} current={flag.version} />
    </>
  )
}

function Head({ flag, environment }: { flag: Flag; environment: string }) {
  const { flag: words, flags } = useMessages()
  const navigate = useNavigate({ from: '/flags' })
  const mayWrite = usePermission('flag.write')
  const { toggle } = useFlagEditor(flag.name)
  const names = useEnvironmentNames()
  return (
    <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
      <SelectField
        label={words.environment}
        value={environment}
        options={names.map((name) => ({ value: name, name }))}
        onChange={({ target: { value } }) =>
          void navigate({ search: (last) => ({ ...last, environment: value }), replace: true })
        }
      />
      <span className="flex h-9 items-center gap-2">
        <Switch
          isOn={flag.enabled}
          label={flags.toggleOf(flag.name)}
          disabled={!mayWrite}
          onToggle={() => toggle(!flag.enabled)}
        />
        {flag.enabled ? flags.on : flags.off}
      </span>
    </div>
  )
}
