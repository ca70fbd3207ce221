/** The chain computed anew in this page, and what such a proof is worth. */
import { CircleCheck, ShieldAlert, ShieldCheck } from 'lucide-react'
import { useVerification, type Verdict } from '../../lib/verification.ts'
import { useAuditMessages } from '../../messages/audit.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { Progress } from '../../ui/progress.tsx'

export function VerifyChain() {
  const { verify } = useAuditMessages()
  const { state, start, stop } = useVerification()
  const isRunning = state.type === 'running'
  return (
    <section
      aria-labelledby="verify-chain"
      className="mb-5 rounded-md border border-line bg-surface p-4"
    >
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 id="verify-chain" className="flex items-center gap-2 font-semibold">
            <ShieldCheck size={16} aria-hidden className="text-accent" /> {verify.title}
          </h2>
          <p className="mt-0.5 max-w-[72ch] text-sm text-pretty text-muted">{verify.hint}</p>
        </div>
        {isRunning ? (
          <Button onClick={stop}>{verify.stop}</Button>
        ) : (
          <Button look={state.type === 'idle' ? 'primary' : 'plain'} onClick={start}>
            {state.type === 'idle' ? verify.start : verify.again}
          </Button>
        )}
      </div>
      <div role="status">
        {isRunning && <Running checked={state.checked} of={state.of} />}
        {state.type === 'done' && <Outcome verdict={state.verdict} />}
      </div>
      {state.type === 'failed' && (
        <div className="mt-3">
          <ErrorNote error={state.error} />
        </div>
      )}
    </section>
  )
}

function Running({ checked, of }: { checked: number; of: number }) {
  const { verify } = useAuditMessages()
  return (
    <div className="mt-3 space-y-1">
      <Progress value={of === 0 ? 0 : checked / of} label={verify.title} />
      <p className="text-sm text-muted">{verify.progress(checked, of)}</p>
    </div>
  )
}

function Outcome({ verdict }: { verdict: Verdict }) {
  return verdict.type === 'intact' ? <Intact verdict={verdict} /> : <Broken verdict={verdict} />
}

function Intact({ verdict }: { verdict: Extract<Verdict, { type: 'intact' }> }) {
  const { verify } = useAuditMessages()
  const { link, rows, erasedThrough, anchored } = verdict
  return (
    <div className="mt-3 space-y-2">
      <p className="flex items-center gap-2 font-medium text-good">
        <CircleCheck size={18} aria-hidden /> {verify.intact}
      </p>
      <p>
        {verify.facts(rows, link.seq)} {erasedThrough > 0 && verify.erased(erasedThrough)}
      </p>
      <p className="flex min-w-0 items-center gap-1 text-sm text-muted">
        <span className="shrink-0">{verify.head}</span>
        <code className="min-w-0 truncate font-mono text-xs">{link.hash}</code>
        <CopyButton text={link.hash} label={verify.copyHead} />
      </p>
      <details className="text-sm">
        <summary className="text-muted">{verify.limitsTitle}</summary>
        <ul className="mt-1 ml-5 max-w-[72ch] list-disc space-y-1 text-pretty">
          <li>{anchored > 0 ? verify.signed(anchored) : verify.unsigned}</li>
          <li>{verify.keys}</li>
          <li>{verify.never}</li>
        </ul>
      </details>
    </div>
  )
}

function Broken({ verdict }: { verdict: Extract<Verdict, { type: 'broken' }> }) {
  const { verify } = useAuditMessages()
  const { kind, seq, detail } = verdict.fault
  return (
    <div className="mt-3 space-y-1 rounded-md border border-bad/50 bg-bad/8 p-3">
      <p className="flex items-center gap-2 font-medium text-bad">
        <ShieldAlert size={18} aria-hidden /> {verify.broken}
      </p>
      <p>
        {verify.firstBroken(seq)} {verify.faults[kind]}
      </p>
      <p lang="en" className="font-mono text-xs break-all text-muted">
        {detail}
      </p>
    </div>
  )
}
