/** The limits: how much of them is spent, and their change by those who may. */
import { useState } from 'react'
import type { Budget } from '../../../usage/schemas.ts'
import { isConflict, useBudget, useBudgetActions, useCostSummary } from '../../lib/cost-queries.ts'
import { toDollars, toMicroDollars } from '../../lib/cost-search.ts'
import { formatDollars } from '../../lib/format.ts'
import { usePermission } from '../../lib/hooks.ts'
import { textOf, useSubmit } from '../../lib/submit.ts'
import { useCostMessages } from '../../messages/costs.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Section } from '../../ui/section.tsx'

const LIMITS = ['daily', 'monthly', 'userDaily', 'perCall'] as const

export function BudgetSection() {
  const { budget: words } = useCostMessages()
  const mayChange = usePermission('budget.manage')
  // After each save a form anew; a conflict leaves what was typed.
  const [saves, setSaves] = useState(0)
  return (
    <Section title={words.title} hint={words.hint}>
      <Loaded query={useBudget()} rows={4}>
        {(budget) => (
          <>
            <Spent budget={budget} />
            {mayChange ? (
              <BudgetForm key={saves} budget={budget} onSaved={() => setSaves(saves + 1)} />
            ) : (
              <Limits budget={budget} />
            )}
          </>
        )}
      </Loaded>
    </Section>
  )
}

/** How far day and month are, where they have a limit. */
function Spent({ budget }: { budget: Budget }) {
  const costs = useCostMessages()
  const { locale } = useMessages()
  const { data: summary } = useCostSummary()
  if (!summary) return null
  const rows = [
    { name: costs.summary.today, spent: summary.today, limit: budget.daily },
    { name: costs.summary.month, spent: summary.month, limit: budget.monthly },
  ]
  return rows.map(({ name, spent, limit }) => {
    if (limit === null) return null
    const text = costs.budget.spent(formatDollars(spent, locale), formatDollars(limit, locale))
    return (
      <div key={name} className="space-y-1">
        <p className="flex flex-wrap justify-between gap-x-3 text-sm">
          <span>{name}</span>
          <span className={spent >= limit ? 'text-bad' : 'text-muted'}>{text}</span>
        </p>
        <Progress value={limit === 0 ? 1 : spent / limit} label={`${name}: ${text}`} />
      </div>
    )
  })
}

function useLimitText(): (limit: number | null) => string {
  const costs = useCostMessages()
  const { locale } = useMessages()
  return (limit) => (limit === null ? costs.budget.none : formatDollars(limit, locale))
}

function Limits({ budget }: { budget: Budget }) {
  const { budget: words } = useCostMessages()
  const limitText = useLimitText()
  return (
    <dl className="grid grid-cols-2 gap-3">
      {LIMITS.map((name) => (
        <div key={name}>
          <dt className="text-sm text-muted">{words[name]}</dt>
          <dd>{limitText(budget[name])}</dd>
        </div>
      ))}
    </dl>
  )
}

interface BudgetFormProps {
  budget: Budget
  onSaved: () => void
}

function BudgetForm({ budget, onSaved }: BudgetFormProps) {
  const { budget: words } = useCostMessages()
  const { save } = useBudgetActions()
  const limitText = useLimitText()
  const { onSubmit, error, isBusy } = useSubmit(async (form) => {
    const limitOf = (name: (typeof LIMITS)[number]) => toMicroDollars(textOf(form, name))
    await save({
      daily: limitOf('daily'),
      monthly: limitOf('monthly'),
      userDaily: limitOf('userDaily'),
      perCall: limitOf('perCall'),
      version: budget.version,
    })
    onSaved()
  })
  const isStale = isConflict(error)
  return (
    <form onSubmit={onSubmit} className="space-y-3">
      <div className="grid gap-3 sm:grid-cols-2">
        {LIMITS.map((name) => (
          <TextField
            key={name}
            name={name}
            label={words[name]}
            type="number"
            inputMode="decimal"
            min={0}
            max={1_000_000}
            step="any"
            placeholder={words.none}
            defaultValue={toDollars(budget[name])}
            {...(isStale && { hint: words.now(limitText(budget[name])) })}
          />
        ))}
      </div>
      {error !== null && <ErrorNote error={error} {...(isStale && { text: words.conflict })} />}
      <Button type="submit" look="primary" disabled={isBusy}>
        {words.save}
      </Button>
    </form>
  )
}
