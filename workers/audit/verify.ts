/**
 * The verdict on a whole audit log: the chain from its beginning or its last erasure to its head,
 * against the signed checkpoints. Pages come from wherever the caller reads them, one at a time.
 */
import {
  type ChainRow,
  compareHead,
  type Fault,
  followChain,
  GENESIS,
  isFault,
  type Link,
} from './chain.ts'

export interface ChainPage {
  /** In the order of `seq`. */
  rows: readonly ChainRow[]
  /** Where the chain ended when the rows were read. */
  head: Link
  /** Hashes that signed checkpoints fix, by `seq`; checkpoint.ts makes them. */
  anchors: ReadonlyMap<number, string>
}

export interface Claims {
  tenantId: string
  /** What was erased on purpose: each the last entry that is gone, and its hash. */
  tombstones: readonly Link[]
}

export type Verdict =
  | { type: 'intact'; link: Link; rows: number; erasedThrough: number; anchored: number }
  | { type: 'broken'; fault: Fault }

/**
 * How far a verification has come; plain JSON, so that one may stop and another take it up. Where it
 * stands is as good as the place it is kept in: the next one begins at the beginning again.
 */
export interface Progress {
  /** Where the log begins: at its first entry, or behind the last erasure. */
  start: Link
  /** What a checkpoint says of that place, if one does. */
  startAnchor: string | null
  link: Link
  rows: number
  isErasureTold: boolean
  /** The last entry that a signed checkpoint fixes. */
  anchored: number
}

export function beginVerification(tombstones: readonly Link[]): Progress {
  const start = tombstones.reduce((last, next) => (next.seq > last.seq ? next : last), GENESIS)
  const isErasureTold = start === GENESIS
  return { start, startAnchor: null, link: start, rows: 0, isErasureTold, anchored: 0 }
}

/** The next page's rows, in the order of `seq`. */
export async function continueVerification(
  tenantId: string,
  progress: Progress,
  { rows, anchors }: Omit<ChainPage, 'head'>,
): Promise<Progress | Fault> {
  const { start } = progress
  const link = await followChain(tenantId, progress.link, rows, anchors)
  if (isFault(link)) return link
  return {
    start,
    startAnchor: anchors.get(start.seq) ?? progress.startAnchor,
    link,
    rows: progress.rows + rows.length,
    isErasureTold: progress.isErasureTold || rows.some(({ body }) => tellsOf(body, start.seq)),
    anchored: Math.max(progress.anchored, ...anchors.keys()),
  }
}

/** After the last page. @param head Where the chain ended when that page was read */
export function concludeVerification(progress: Progress, head: Link): Verdict {
  const { start, link, rows, anchored, isErasureTold } = progress
  const fault = compareHead(link, head) ?? compareAnchors(progress)
  if (fault) return broken(fault)
  if (!isErasureTold) return broken(untold(start))
  return { type: 'intact', link, rows, erasedThrough: start.seq, anchored }
}

/** @param pages A fault among them, such as a forged checkpoint, is the verdict. */
export async function verifyLog(
  { tenantId, tombstones }: Claims,
  pages: AsyncIterable<ChainPage | Fault>,
): Promise<Verdict> {
  let [progress, head] = [beginVerification(tombstones), GENESIS]
  for await (const page of pages) {
    if (isFault(page)) return broken(page)
    const outcome = await continueVerification(tenantId, progress, page)
    if (isFault(outcome)) return broken(outcome)
    progress = outcome
    head = page.head
  }
  return concludeVerification(progress, head)
}

/** A checkpoint knows of entries that are not there, or of another hash where the erasure ended. */
function compareAnchors({ link, start, startAnchor, anchored }: Progress): Fault | undefined {
  if (anchored > link.seq) {
    const detail = `A signed checkpoint knows of entry ${anchored}, but the log ends at ${link.seq}.`
    return { kind: 'tail_cut', seq: link.seq + 1, detail }
  }
  if (startAnchor === null || startAnchor === start.hash) return undefined
  const detail = `A signed checkpoint says ${startAnchor}, the tombstone ${start.hash}.`
  return { kind: 'checkpoint_mismatch', seq: start.seq, detail }
}

/** Every erasure appends an entry that names its end; a tombstone without one was forged. */
function tellsOf(body: string, through: number): boolean {
  const { event, facts } = JSON.parse(body)
  return event === 'audit.erase' && facts?.through === through
}

function untold({ seq }: Link): Fault {
  const detail = `Entries up to ${seq} are gone, and no entry says who erased them.`
  return { kind: 'erased_without_trace', seq, detail }
}

const broken = (fault: Fault): Verdict => ({ type: 'broken', fault })
