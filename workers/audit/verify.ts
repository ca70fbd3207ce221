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

/** @param pages A fault among them, such as a forged checkpoint, is the verdict. */
export async function verifyLog(
  { tenantId, tombstones }: Claims,
  pages: AsyncIterable<ChainPage | Fault>,
): Promise<Verdict> {
  const start = tombstones.reduce((last, next) => (next.seq > last.seq ? next : last), GENESIS)
  let [link, head, rows] = [start, GENESIS, 0]
  let isErasureTold = start === GENESIS
  const anchors = new Map<number, string>()
  for await (const page of pages) {
    if (isFault(page)) return broken(page)
    const outcome = await followChain(tenantId, link, page.rows, page.anchors)
    if (isFault(outcome)) return broken(outcome)
    isErasureTold ||= page.rows.some(({ body }) => tellsOf(body, start.seq))
    for (const [seq, hash] of page.anchors) anchors.set(seq, hash)
    link = outcome
    rows += page.rows.length
    head = page.head
  }
  const fault = compareHead(link, head) ?? compareAnchors(link, start, anchors)
  if (fault) return broken(fault)
  if (!isErasureTold) return broken(untold(start))
  const anchored = Math.max(0, ...anchors.keys())
  return { type: 'intact', link, rows, erasedThrough: start.seq, anchored }
}

/** A checkpoint knows of entries that are not there, or of another hash where the erasure ended. */
function compareAnchors(
  link: Link,
  start: Link,
  anchors: ReadonlyMap<number, string>,
): Fault | undefined {
  const last = Math.max(0, ...anchors.keys())
  if (last > link.seq) {
    const detail = `A signed checkpoint knows of entry ${last}, but the log ends at ${link.seq}.`
    return { kind: 'tail_cut', seq: link.seq + 1, detail }
  }
  const anchor = anchors.get(start.seq)
  if (anchor === undefined || anchor === start.hash) return undefined
  const detail = `A signed checkpoint says ${anchor}, the tombstone ${start.hash}.`
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
