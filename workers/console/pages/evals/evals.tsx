/** Evaluations: the sets, or one of them, at its own address. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ClipboardCheck, Plus, Star } from 'lucide-react'
import { lazy } from 'react'
import type { EvalSet } from '../../../evals/schemas.ts'
import { useEvalActions, useEvalSets } from '../../lib/eval-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { cell, DataTable, wide } from '../../ui/data-table.tsx'
import { TextField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { When } from '../../ui/when.tsx'
import { EvalSetPage } from './eval-set.tsx'

const RatedAnswers = lazy(() => import('./rated.tsx'))

export function EvalsPage() {
  const { set, rated } = useSearch({ from: '/shell/evals' })
  if (rated) return <RatedAnswers />
  return set ? <EvalSetPage key={set} id={set} /> : <EvalSets />
}

function EvalSets() {
  const { evals, rated } = useLateMessages()
  const { create } = useSearch({ from: '/shell/evals' })
  const navigate = useNavigate({ from: '/evals' })
  const mayWrite = usePermission('kb.write')
  const query = useEvalSets()
  const actions = useEvalActions()
  const action = mayWrite && (
    <>
      <Link to="/evals" search={{ rated: true }} className={buttonClass()}>
        <Star size={16} aria-hidden />
        <span className="max-sm:sr-only">{rated.open}</span>
      </Link>
      <Button look="primary" onClick={() => void navigate({ search: { create: true } })}>
        <Plus size={16} aria-hidden />
        <span className="max-sm:sr-only">{evals.create}</span>
      </Button>
    </>
  )
  return (
    <Page title={evals.title} subtitle={evals.subtitle} action={action}>
      <Loaded query={query} rows={4}>
        {({ pages }) => <SetTable shown={pages.flatMap(({ items }) => items)} />}
      </Loaded>
      <LoadMore query={query} />
      {create && mayWrite && (
        <FormModal
          title={evals.create}
          submit={evals.create}
          onClose={() => void navigate({ search: {}, replace: true })}
          onSubmit={async (form) => {
            const { id } = await actions.create(textOf(form, 'name').trim())
            // Whoever makes a set wants cases in it.
            await navigate({ search: { set: id }, replace: true })
          }}
        >
          <TextField
            label={evals.name}
            hint={evals.nameHint}
            name="name"
            maxLength={100}
            autoComplete="off"
            required
            autoFocus
          />
        </FormModal>
      )}
    </Page>
  )
}

function SetTable({ shown }: { shown: readonly EvalSet[] }) {
  const { evals } = useLateMessages()
  const { columns } = evals
  if (shown.length === 0) {
    return (
      <Empty icon={<ClipboardCheck size={32} />} title={evals.emptyTitle} hint={evals.emptyHint} />
    )
  }
  return (
    <DataTable
      label={evals.table}
      columns={[
        { key: 'set', title: columns.set },
        { key: 'cases', title: columns.cases, className: 'w-28 text-right!' },
        { key: 'made', title: columns.made, className: `w-36 text-right! ${wide}` },
      ]}
    >
      {shown.map(({ id, name, cases, createdAt }) => (
        <tr key={id} className="h-9 hover:bg-raised/50">
          <td className={cell}>
            <Link
              to="/evals"
              search={{ set: id }}
              className="block truncate font-medium text-accent hover:underline"
            >
              {name}
            </Link>
          </td>
          <td className={`${cell} text-right tabular-nums`}>{cases}</td>
          <td className={`${cell} text-right text-muted ${wide}`}>
            <When iso={createdAt} />
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
