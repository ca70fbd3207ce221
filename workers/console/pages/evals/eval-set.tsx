/** One set: its cases, its runs, and two of them side by side. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { useState } from 'react'
import { useEvalActions, useEvalSet } from '../../lib/eval-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDelete } from '../../ui/confirm-delete.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Comparison } from './comparison.tsx'
import { EvalCases } from './eval-cases.tsx'
import { EvalRuns } from './eval-runs.tsx'
import { StartRun } from './start-run.tsx'

export function EvalSetPage({ id }: { id: string }) {
  const { evals } = useLateMessages()
  const { base, other } = useSearch({ from: '/shell/evals' })
  const navigate = useNavigate({ from: '/evals' })
  const mayWrite = usePermission('kb.write')
  const query = useEvalSet(id)
  const { remove } = useEvalActions()
  const [asked, setAsked] = useState<'start' | 'delete' | null>(null)
  const close = () => setAsked(null)
  const action = mayWrite && (query.data?.cases ?? 0) > 0 && (
    <Button look="primary" onClick={() => setAsked('start')}>
      <Play size={16} aria-hidden />
      <span className="max-sm:sr-only">{evals.start}</span>
    </Button>
  )
  return (
    <Page title={query.data?.name ?? evals.title} subtitle={evals.subtitle} action={action}>
      <p className="mb-4">
        <Link to="/evals" search={{}} className="text-accent hover:underline">
          {evals.back}
        </Link>
      </p>
      <Loaded query={query} rows={6}>
        {(set) => (
          <div className="space-y-8">
            {base && other && <Comparison base={base} other={other} />}
            <EvalRuns setId={id} />
            <EvalCases set={set} />
            {mayWrite && <Button onClick={() => setAsked('delete')}>{evals.delete}</Button>}
            {asked === 'start' && <StartRun setId={id} onClose={close} />}
            {asked === 'delete' && (
              <ConfirmDelete
                title={evals.deleteTitle}
                hint={evals.deleteHint}
                name={set.name}
                label={evals.typeName(set.name)}
                onClose={close}
                onConfirm={async () => {
                  await remove(set)
                  await navigate({ search: {}, replace: true })
                }}
              />
            )}
          </div>
        )}
      </Loaded>
    </Page>
  )
}
