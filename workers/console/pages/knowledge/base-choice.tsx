/** Which knowledge base is looked at, what it has come to, and the way to a new one. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { LibraryBig } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useBases } from '../../lib/base-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useMessages } from '../../messages/locale.tsx'
import { Button } from '../../ui/button.tsx'
import { Status } from '../../ui/status.tsx'

const NewBase = lazy(() => import('./new-base.tsx'))
const Publishing = lazy(() => import('./publishing.tsx'))

/** The one every tenant has, which is always asked. */
const DEFAULT = 'default'

export function BaseChoice() {
  const { knowledge, publishing } = useMessages()
  const mayWrite = usePermission('kb.write')
  const { kb = '' } = useSearch({ from: '/shell/knowledge' })
  const navigate = useNavigate({ from: '/knowledge' })
  const bases = useBases(true).data ?? []
  const [isMaking, setMaking] = useState(false)
  const [isPublishing, setPublishing] = useState(false)
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
      {chosen?.draft && <Status tone="warn">{publishing.draft}</Status>}
      {chosen && chosen.id !== DEFAULT && (
        <Button onClick={() => setPublishing(true)}>{publishing.open}</Button>
      )}
      {chosen && (
        <p className="text-sm text-muted">
          {knowledge.baseFacts(chosen.version, chosen.documents, chosen.chunks)}
          {chosen.publishedVersion !== null &&
            ` · ${publishing.publishedAs(chosen.publishedVersion)}`}
          {chosen.description && ` · ${chosen.description}`}
        </p>
      )}
      {chosen && isPublishing && (
        <Suspense>
          <Publishing base={chosen} bases={bases} onClose={() => setPublishing(false)} />
        </Suspense>
      )}
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
