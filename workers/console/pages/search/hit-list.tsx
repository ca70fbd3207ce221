/** Chunks that were found, each with all that was said for it; its title opens the text at its span. */
import { Link } from '@tanstack/react-router'
import type { SearchHit } from '../../../knowledge/search-schemas.ts'
import { formatScore } from '../../lib/format.ts'
import { useLateMessages } from '../../messages/late.ts'
import { useMessages } from '../../messages/locale.tsx'

export function HitList({ hits }: { hits: readonly SearchHit[] }) {
  const { search: words } = useLateMessages()
  return (
    <ol aria-label={words.hits} className="space-y-3">
      {hits.map((hit, at) => (
        <li
          key={`${hit.documentId} ${hit.ordinal}`}
          className="rounded-md border border-line bg-surface px-4 py-3"
        >
          <Hit hit={hit} rank={at + 1} />
        </li>
      ))}
    </ol>
  )
}

function Hit({ hit, rank }: { hit: SearchHit; rank: number }) {
  const { search: words } = useLateMessages()
  const { documentId, title, page, context, text, start, end, attributes } = hit
  return (
    <>
      <div className="flex items-baseline gap-2">
        <span className="text-sm text-muted tabular-nums" aria-label={words.rank}>
          {rank}
        </span>
        <Link
          to="."
          search={(search) => ({ ...search, doc: documentId, start, end })}
          resetScroll={false}
          aria-label={words.open(title)}
          className="min-w-0 truncate font-medium text-accent hover:underline"
        >
          {title}
        </Link>
        <span className="shrink-0 text-sm text-muted">{words.page(page)}</span>
      </div>
      {context && <p className="truncate text-sm text-muted">{context}</p>}
      <p className="my-1 line-clamp-3 whitespace-pre-line break-words">{text}</p>
      <Scores hit={hit} />
      <Attributes of={attributes} />
    </>
  )
}

function Attributes({ of }: { of: SearchHit['attributes'] }) {
  const { search: words } = useLateMessages()
  const all = Object.entries(of)
  if (all.length === 0) return null
  return (
    <ul aria-label={words.attributes} className="mt-1 flex flex-wrap gap-x-4 text-sm text-muted">
      {all.map(([key, value]) => (
        <li key={key} className="break-all">{`${key}: ${value}`}</li>
      ))}
    </ul>
  )
}

export function Scores({ hit }: { hit: SearchHit }) {
  const { search: words } = useLateMessages()
  const { locale } = useMessages()
  const { scores } = words
  const rank = (value: number | null) => (value === null ? words.none : String(value))
  const facts = [
    [scores.score, formatScore(hit.score, locale)],
    [scores.bm25, hit.bm25 === null ? words.none : formatScore(hit.bm25, locale)],
    [scores.lexicalRank, rank(hit.lexicalRank)],
    [scores.cosine, hit.cosine === null ? words.none : formatScore(hit.cosine, locale)],
    [scores.vectorRank, rank(hit.vectorRank)],
    [scores.coverage, formatScore(hit.coverage, locale)],
  ] as const
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-muted">{name}</dt>
          <dd className="tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
