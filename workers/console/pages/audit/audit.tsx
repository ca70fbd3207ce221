/** The audit log: found by filters that live in the address, verified here, taken along as a file. */
import { useSearch } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import type { AuditFilter } from '../../../audit/schemas.ts'
import { saveFile } from '../../lib/download.ts'
import { useDebounced, usePermission } from '../../lib/hooks.ts'
import { useServices } from '../../lib/services.tsx'
import { useAuditMessages } from '../../messages/audit.ts'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { AuditFilters, filterOf } from './audit-filters.tsx'
import { AuditList } from './audit-list.tsx'
import { VerifyChain } from './verify-chain.tsx'

/** Between two keystrokes of somebody who types on. */
const TYPING_MS = 250

export function AuditPage() {
  const audit = useAuditMessages()
  const filter = filterOf(useSearch({ from: '/shell/audit' }))
  // A text, for an object would be another one at every render.
  const settled: AuditFilter = JSON.parse(useDebounced(JSON.stringify(filter), TYPING_MS))
  return (
    <Page title={audit.title} subtitle={audit.subtitle}>
      <VerifyChain />
      <AuditFilters />
      <AuditList filter={settled} />
      <Exports filter={filter} />
    </Page>
  )
}

/** What the filters let through, as files; taking one is an entry of the log itself. */
function Exports({ filter }: { filter: AuditFilter }) {
  const audit = useAuditMessages()
  const { client } = useServices()
  const { fail } = useToasts()
  const mayExport = usePermission('audit.export')
  const save = async (format: 'jsonl' | 'csv') => {
    const response = await client.audit.export(format, filter)
    saveFile(`audit.${format}`, await response.blob())
  }
  if (!mayExport) return null
  return (
    <div className="mt-4 flex flex-wrap justify-end gap-2">
      {(['jsonl', 'csv'] as const).map((format) => (
        <Button
          key={format}
          onClick={() => void save(format).catch((error) => fail(audit.exportFailed, error))}
        >
          <Download size={14} aria-hidden /> {audit.export(format.toUpperCase())}
        </Button>
      ))}
    </div>
  )
}
