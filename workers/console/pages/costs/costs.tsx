/** What calls of models cost: sums, days, single calls, and the budget. Range and filters are in the address. */
import { useSearch } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import type { CostChoice } from '../../lib/cost-queries.ts'
import { costFilter, costRange } from '../../lib/cost-search.ts'
import { saveFile } from '../../lib/download.ts'
import { useDebounced } from '../../lib/hooks.ts'
import { useServices } from '../../lib/services.tsx'
import { useCostMessages } from '../../messages/costs.ts'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { BudgetSection } from './budget-section.tsx'
import { Calls } from './calls.tsx'
import { CostFilters } from './cost-filters.tsx'
import { Days } from './days.tsx'
import { Groups } from './groups.tsx'
import { Anomalies, Summary } from './summary.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 250

export function CostsPage() {
  const costs = useCostMessages()
  const search = useSearch({ from: '/shell/costs' })
  const { by = 'model' } = search
  const choice = { ...costFilter(search), ...costRange(search, Date.now()) }
  // A text, for an object would be another one at every render.
  const settled: CostChoice = JSON.parse(useDebounced(JSON.stringify(choice), TYPING_MS))
  return (
    <Page title={costs.title} subtitle={costs.subtitle}>
      <div className="space-y-6">
        <Summary />
        <CostFilters choice={choice} by={by} />
        {by !== 'tenant' && <Days by={by} choice={settled} />}
        <Groups by={by} choice={settled} />
        {by !== 'tenant' && (
          <>
            <Calls choice={settled} />
            <Exports choice={choice} />
          </>
        )}
        <div>
          <BudgetSection />
          <Anomalies />
        </div>
      </div>
    </Page>
  )
}

/** What the filters let through, as files; taking one is an entry of the audit log. */
function Exports({ choice }: { choice: CostChoice }) {
  const costs = useCostMessages()
  const { client } = useServices()
  const { fail } = useToasts()
  const save = async (format: 'jsonl' | 'csv') => {
    const response = await client.usage.export(format, choice)
    saveFile(`usage-${choice.from}-${choice.to}.${format}`, await response.blob())
  }
  return (
    <div className="flex flex-wrap justify-end gap-2">
      {(['jsonl', 'csv'] as const).map((format) => (
        <Button
          key={format}
          onClick={() => void save(format).catch((error) => fail(costs.exportFailed, error))}
        >
          <Download size={14} aria-hidden /> {costs.export(format.toUpperCase())}
        </Button>
      ))}
    </div>
  )
}
