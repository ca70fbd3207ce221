/** The search playground: a question, what it finds, with all scores; and what it does not find, and why. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { SearchX, TextSearch } from 'lucide-react'
import { useState } from 'react'
import type { SearchResult } from '../../../knowledge/search-schemas.ts'
import { useBases } from '../../lib/base-queries.ts'
import { usePermission } from '../../lib/hooks.ts'
import { useSearchResult } from '../../lib/search-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { useLateMessages } from '../../messages/late.ts'
import { Button } from '../../ui/button.tsx'
import { control, Labelled } from '../../ui/filter-fields.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Empty, Page } from '../../ui/page.tsx'
import { WithSource } from '../../ui/with-source.tsx'
import { Explain } from './explain.tsx'
import { HitList } from './hit-list.tsx'
import { SaveCase } from './save-case.tsx'

export function SearchPage() {
  const search = useSearch({ from: '/shell/search' })
  return (
    <WithSource search={search}>
      <Playground />
    </WithSource>
  )
}

function Playground() {
  const { search: words } = useLateMessages()
  const { q = '', kb } = useSearch({ from: '/shell/search' })
  const query = useSearchResult({ query: q, kb })
  return (
    <Page title={words.title} subtitle={words.subtitle}>
      <SearchForm key={`${q} ${kb ?? ''}`} />
      {q === '' ? (
        <Empty icon={<TextSearch size={32} />} title={words.emptyTitle} hint={words.emptyHint} />
      ) : (
        <Loaded query={query} rows={8}>
          {(found) => <Found query={q} kb={kb} found={found} />}
        </Loaded>
      )}
    </Page>
  )
}

function SearchForm() {
  const { search: words } = useLateMessages()
  const { q = '', kb = '' } = useSearch({ from: '/shell/search' })
  const navigate = useNavigate({ from: '/search' })
  const bases = useBases(usePermission('kb.read')).data ?? []
  const send = (form: FormData) => {
    const [query, base] = [textOf(form, 'q').trim(), textOf(form, 'kb')]
    if (query) void navigate({ search: { q: query, ...(base && { kb: base }) } })
  }
  return (
    <form
      role="search"
      aria-label={words.title}
      className="mb-5 flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        send(new FormData(event.currentTarget))
      }}
    >
      <div className="min-w-48 flex-1">
        <Labelled label={words.query}>
          <input
            data-filter
            name="q"
            type="search"
            defaultValue={q}
            maxLength={4000}
            required
            className={control}
          />
        </Labelled>
      </div>
      {bases.length > 1 && (
        <Labelled label={words.base}>
          <select name="kb" defaultValue={kb} className={control}>
            <option value="">{words.allBases}</option>
            {bases.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </Labelled>
      )}
      <Button type="submit" look="primary">
        {words.go}
      </Button>
    </form>
  )
}

interface FoundProps {
  query: string
  kb: string | undefined
  found: SearchResult
}

function Found({ query, kb, found }: FoundProps) {
  const { search: words } = useLateMessages()
  const mayWrite = usePermission('kb.write')
  const [isSaving, setSaving] = useState(false)
  return (
    <div className="space-y-6">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Facts found={found} />
        {mayWrite && <Button onClick={() => setSaving(true)}>{words.save}</Button>}
      </div>
      {found.hits.length === 0 ? (
        <Empty icon={<SearchX size={32} />} title={words.nothing} />
      ) : (
        <HitList hits={found.hits} />
      )}
      <Explain query={query} kb={kb} />
      {isSaving && <SaveCase query={query} hits={found.hits} onClose={() => setSaving(false)} />}
    </div>
  )
}

const STAGES = ['versionMs', 'cacheMs', 'embedMs', 'searchMs', 'totalMs'] as const

/** Where the result came from, and what each stage took. */
function Facts({ found: { cache, timings } }: { found: SearchResult }) {
  const { search: words } = useLateMessages()
  return (
    <p className="flex flex-1 flex-wrap gap-x-4 text-sm text-muted tabular-nums">
      <span>{words.cache[cache]}</span>
      <span aria-label={words.timings} className="flex flex-wrap gap-x-3" role="group">
        {STAGES.map((stage) =>
          timings[stage] === undefined ? null : (
            <span key={stage}>
              {words.stages[stage]} {timings[stage]}
            </span>
          ),
        )}
      </span>
    </p>
  )
}
