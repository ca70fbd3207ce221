/**
 * The chain of an audit log, computed again: each row's hash covers the row and the hash before it.
 * Runs in Workers, Node and browsers alike (WebCrypto), so that whoever doubts us need not ask us.
 * Where rows and heads come from is the caller's matter; signatures are checkpoint.ts.
 */
import { canonical } from './canonical.ts'

export interface ChainRow {
  /** Counts from 1 within its tenant, without gaps. */
  seq: number
  /** When it happened: RFC 3339 in UTC, with milliseconds, as Date's toISOString writes it. */
  at: string
  /** The entry in canonical JSON: exactly the text that was hashed. */
  body: string
  /** Hash of the row before; SHA-256 in lower-case hexadecimal. */
  prev: string
  hash: string
}

/** A place in the chain: everything up to `seq` is fixed by `hash`. */
export interface Link {
  seq: number
  hash: string
}

type FaultKind =
  | 'gap'
  | 'broken_link'
  | 'edited'
  | 'not_canonical'
  | 'tail_cut'
  | 'head_mismatch'
  | 'checkpoint_mismatch'
  | 'checkpoint_forged'
  | 'erased_without_trace'

/** The first thing that is wrong, and where. */
export interface Fault {
  kind: FaultKind
  seq: number
  detail: string
}

/** Before the first row. */
export const GENESIS: Link = { seq: 0, hash: '0'.repeat(64) }

/**
 * What a row's hash is made of: five lines, so `printf … | sha256sum` does it too. Unambiguous,
 * because no part can hold a line break but the last, and JSON writes that as \n.
 */
const hashed = (tenantId: string, { seq, at, body, prev }: Omit<ChainRow, 'hash'>) =>
  `${prev}\n${seq}\n${at}\n${tenantId}\n${body}`

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Follows the chain over the next rows, in the order of `seq`. Call it page by page, each time with
 * the link the page before ended in; begin with GENESIS, or where the oldest rows were erased.
 *
 * @param anchors Hashes known from elsewhere (signed checkpoints), by `seq`
 * @returns the link the rows end in, or the first fault
 */
export async function followChain(
  tenantId: string,
  from: Link,
  rows: readonly ChainRow[],
  anchors: ReadonlyMap<number, string> = new Map(),
): Promise<Link | Fault> {
  let link = from
  const hashes = await Promise.all(rows.map((row) => sha256(hashed(tenantId, row))))
  for (const [index, row] of rows.entries()) {
    const problem = judge(link, row, hashes[index], anchors.get(row.seq))
    if (problem) return problem
    link = { seq: row.seq, hash: row.hash }
  }
  return link
}

/** Whether the chain ends where the head says; rows cut off at the end leave no other trace. */
export function compareHead(link: Link, head: Link): Fault | undefined {
  if (link.seq < head.seq) {
    const detail = `The log ends at ${link.seq}, but ${head.seq} entries were written.`
    return { kind: 'tail_cut', seq: link.seq + 1, detail }
  }
  if (link.seq === head.seq && link.hash === head.hash) return undefined
  const detail = `The log ends at ${link.seq} with ${link.hash}, the head says ${head.seq} with ${head.hash}.`
  return { kind: 'head_mismatch', seq: link.seq, detail }
}

export const isFault = (outcome: Link | Fault): outcome is Fault => 'kind' in outcome

function judge(
  link: Link,
  row: ChainRow,
  hash: string | undefined,
  anchor: string | undefined,
): Fault | undefined {
  const { seq } = row
  const fault = (kind: FaultKind, detail: string): Fault => ({ kind, seq, detail })
  if (seq !== link.seq + 1) {
    return { kind: 'gap', seq: link.seq + 1, detail: `After ${link.seq} comes ${seq}.` }
  }
  if (row.prev !== link.hash) {
    return fault('broken_link', `It follows ${row.prev}, but the row before is ${link.hash}.`)
  }
  if (row.hash !== hash) return fault('edited', `Its content hashes to ${hash}, not ${row.hash}.`)
  if (!isCanonical(row.body)) return fault('not_canonical', 'Its body is not canonical JSON.')
  if (anchor !== undefined && anchor !== hash) {
    return fault('checkpoint_mismatch', `A signed checkpoint says ${anchor}, the log ${hash}.`)
  }
  return undefined
}

/** A body that says one thing twice could be read in two ways. */
function isCanonical(body: string): boolean {
  try {
    return canonical(JSON.parse(body)) === body
  } catch {
    return false
  }
}
