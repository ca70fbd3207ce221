import { createHash } from 'node:crypto'
import { assert, asyncProperty, integer } from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type ChainRow,
  compareHead,
  type Fault,
  followChain,
  GENESIS,
  isFault,
  type Link,
} from '../../../workers/audit/chain.ts'

/** Written as a stranger would: node:crypto and the rule in docs/features/audit.md, not our code. */
function chainOf(length: number, tenant = 'acme', from: Link = GENESIS): ChainRow[] {
  const rows: ChainRow[] = []
  let { hash: prev } = from
  for (let seq = from.seq + 1; seq <= from.seq + length; seq++) {
    const at = new Date(1_790_000_000_000 + seq).toISOString()
    const body = JSON.stringify({ event: 'flag.change', id: `entry-${seq}` })
    const text = [prev, seq, at, tenant, body].join('\n')
    const hash = createHash('sha256').update(text).digest('hex')
    rows.push({ seq, at, body, prev, hash })
    prev = hash
  }
  return rows
}

let rows: ChainRow[]
beforeAll(() => void (rows = chainOf(20)))

const follow = (changed: ChainRow[], anchors = new Map<number, string>()) =>
  followChain('acme', GENESIS, changed, anchors)

/** What the verifier says of the whole log, head included. */
async function verdict(changed: ChainRow[], head = rows.at(-1)!): Promise<Fault | undefined> {
  const outcome = await follow(changed)
  return isFault(outcome) ? outcome : compareHead(outcome, head)
}

/** The hashes made right again after a change, as somebody with the database would. */
function rehashed(changed: ChainRow[]): ChainRow[] {
  let prev = GENESIS.hash
  return changed.map((row, index) => {
    const seq = index + 1
    const text = [prev, seq, row.at, 'acme', row.body].join('\n')
    const hash = createHash('sha256').update(text).digest('hex')
    const next = { ...row, seq, prev, hash }
    prev = hash
    return next
  })
}

test('an untouched log is followed to its end, whole or in pages', async () => {
  expect(await verdict(rows)).toBeUndefined()
  const half = await followChain('acme', GENESIS, rows.slice(0, 7))
  if (isFault(half)) throw new Error(half.detail)
  expect(await followChain('acme', half, rows.slice(7))).toEqual({ seq: 20, hash: rows[19]!.hash })
  expect(await follow([])).toEqual(GENESIS)
})

describe('one change anywhere is found, and where', () => {
  const place = integer({ min: 0, max: 19 })
  const edits: [string, (row: ChainRow) => ChainRow][] = [
    ['body', (row) => ({ ...row, body: row.body.replace('change', 'create') })],
    ['time', (row) => ({ ...row, at: row.at.replace('Z', '0Z') })],
    ['hash', (row) => ({ ...row, hash: row.hash.replace(/^./, (c) => (c === 'a' ? 'b' : 'a')) })],
  ]
  test.each(edits)('an edited %s', (_name, edit) =>
    assert(
      asyncProperty(place, async (index) => {
        const changed = rows.map((row, at) => (at === index ? edit(row) : row))
        expect(await verdict(changed)).toMatchObject({ kind: 'edited', seq: index + 1 })
      }),
    ),
  )

  test('a deletion', () =>
    assert(
      asyncProperty(place, async (index) => {
        const found = await verdict(rows.toSpliced(index, 1))
        const kind = index === 19 ? 'tail_cut' : 'gap'
        expect(found).toMatchObject({ kind, seq: index + 1 })
      }),
    ))

  test('a deletion with the numbers closed up behind it', async () => {
    const closed = rows.toSpliced(4, 1).map((row, index) => ({ ...row, seq: index + 1 }))
    expect(await verdict(closed)).toMatchObject({ kind: 'broken_link', seq: 5 })
  })

  test('two rows in another order', async () => {
    const [a, b] = [rows[8]!, rows[9]!]
    expect(await verdict(rows.with(8, b).with(9, a))).toMatchObject({ kind: 'gap', seq: 9 })
    const swapped = rows.with(8, { ...b, seq: 9 }).with(9, { ...a, seq: 10 })
    expect(await verdict(swapped)).toMatchObject({ kind: 'broken_link', seq: 9 })
  })

  test('a tail cut off', async () => {
    expect(await verdict(rows.slice(0, 15))).toMatchObject({ kind: 'tail_cut', seq: 16 })
  })

  test('a row of another tenant', async () => {
    const foreign = chainOf(20, 'globex')
    expect(await verdict(rows.with(0, foreign[0]!))).toMatchObject({ kind: 'edited', seq: 1 })
  })
})

test('a log written anew, hashes and all, is found by its head or by a checkpoint', async () => {
  const forged = rehashed(rows.toSpliced(2, 1))
  expect(isFault(await follow(forged))).toBe(false)
  expect(await verdict(forged)).toMatchObject({ kind: 'tail_cut' })
  const edited = rehashed(
    rows.with(2, { ...rows[2]!, body: rows[2]!.body.replace('change', 'create') }),
  )
  expect(await verdict(edited)).toMatchObject({ kind: 'head_mismatch', seq: 20 })
  const anchors = new Map([[10, rows[9]!.hash]])
  expect(await follow(edited, anchors)).toMatchObject({ kind: 'checkpoint_mismatch', seq: 10 })
  expect(isFault(await follow(rows, anchors))).toBe(false)
})

test('a body that could be read in two ways is a fault, though its hash is right', async () => {
  const twice = rehashed([{ ...rows[0]!, body: '{"outcome":"ok","outcome":"denied"}' }])
  expect(await follow(twice)).toMatchObject({ kind: 'not_canonical', seq: 1 })
})
