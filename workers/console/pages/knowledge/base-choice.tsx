/** Which knowledge base is looked at, what it has come to, and the way to a new one. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { LibraryBig } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { Base } from '../../../knowledge/base-schemas.ts'
import { useBases } from '../../lib/base-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Status } from '../../ui/status.tsx'

const NewBase = lazy(() => import('./new-base.tsx'))
const Publishing = lazy(() => import('./publishing.tsx'))

/** The one every tenant has, which is always asked. */
const DEFAULT = 'default'

export function BaseChoice() {
  const { knowledge } = useMessages()
  const mayWrite = usePermission('kb.write')
  const { kb = '' } = useSearch({ from: '/shell/knowledge' })
  const navigate = useNavigate({ from: '/knowledge' })
  const bases = useBases(true).data ?? []
  const [isMaking, setMaking] = useState(false)
  const choose = (id: string) =>
    void navigate({ search: ({ kb: _old, ...rest }) => (id === '' ? rest : { ...rest, kb: id }) })
  const chosen = bases.find(({ id }) => id === kb)
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-3 gap-y-2">
      <select
        aria-label={knowledge.base}
        value={chosen ? kb : ''}
        onChange={(event) => choose(event.target.value)}
        className="h-8 max-w-full min-w-0 rounded-sm border border-control/60 bg-surface px-2"
      >
        <option value="">{knowledge.allBases}</option>
        {bases.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {mayWrite && (
        <Button onClick={() => setMaking(true)}>
          <LibraryBig size={16} aria-hidden /> {knowledge.newBase}
        </Button>
      )}
      {chosen && <ChosenBase base={chosen} bases={bases} />}
      {isMaking && (
        <Suspense>
          <NewBase
            onClose={() => setMaking(false)}
            onMade={(id) => {
              setMaking(false)
              choose(id)
            }}
          />
        </Suspense>
      )}
    </div>
  )
}

/** What it has come to, and whether it is asked. */
function ChosenBase({ base, bases }: { base: Base; bases: readonly Base[] }) {
  const { publishing } = useLateMessages()
  const { knowledge } = useMessages()
  const [isOpen, setOpen] = useState(false)
  const { id, version, documents, chunks, draft, publishedVersion, description } = base
  return (
    <>
      {draft && <Status tone="warn">{publishing.draft}</Status>}
      {id !== DEFAULT && <Button onClick={() => setOpen(true)}>{publishing.open}</Button>}
      <p className="text-sm text-muted">
        {knowledge.baseFacts(version, documents, chunks)}
        {publishedVersion !== null && ` · ${publishing.publishedAs(publishedVersion)}`}
        {description && ` · ${description}`}
      </p>
      {isOpen && (
        <Suspense>
          <Publishing base={base} bases={bases} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
