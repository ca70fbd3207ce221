/** What `npm run eval` reads, prints and holds against its bars. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSet } from '../../../operations/eval/set.ts'
import { renderTable, type Row, shortfallsOf } from '../../../operations/eval/table.ts'

const row = (name: string, ndcg: number): Row => ({ name, ndcg, recall: 0.8, p50: 12.4, p95: 30 })

test('the table is Markdown whose columns stand below each other', () => {
  expect(renderTable([row('ours', 0.7), row('another one', 0.61234)]).split('\n')).toEqual([
    '| Retriever   | nDCG@10 | Recall@10 | p50 ms | p95 ms |',
    '| ----------- | ------: | --------: | -----: | -----: |',
    '| ours        |  0.7000 |    0.8000 |     12 |     30 |',
    '| another one |  0.6123 |    0.8000 |     12 |     30 |',
  ])
})

test.each([
  ['all bars hold', 0.7, 0.69, 0.6, []],
  ['words find too little', 0.689, 0.689, 0.6, ['words have 0.6890, below 0.69']],
  ['both find too little', 0.69, 0.679, 0.6, ['the joined search has 0.6790, below 0.68']],
  ['vectors cost too much', 0.7, 0.684, 0.6, ['the joined search is 0.0160 below words alone']],
  ['a peer is too near', 0.7, 0.69, 0.65, ['the joined search is 0.0400 above peer']],
])('when %s', (_, keyword, hybrid, peer, expected) => {
  expect(shortfallsOf(row('k', keyword), row('h', hybrid), [row('peer', peer)])).toEqual(expected)
})

describe('a collection', () => {
  let folder: string
  const write = (name: string, ...rows: object[]) =>
    writeFile(join(folder, name), rows.map((each) => JSON.stringify(each)).join('\n'))
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voiceassist-set-'))
    const ids = Array.from({ length: 8 }, (_, at) => String(at))
    await write('corpus.jsonl', ...ids.map((id) => ({ id, title: `t${id}`, sents: ['a.', 'b.'] })))
    await write('queries.jsonl', ...['q1', 'q2', 'q3', 'q4'].map((id) => ({ id, text: `${id}?` })))
    await write('qrels.jsonl', { q: 'q1', d: '5', r: 1 }, { q: 'q4', d: '7', r: 1 })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('is read whole', async () => {
    const { documents, queries, grades } = await readSet(folder)
    expect(documents).toHaveLength(8)
    expect(documents[0]).toEqual({ id: '0', title: 't0', text: 'a. b.' })
    expect(queries).toHaveLength(4)
    expect(grades.get('q4')).toEqual(new Map([['7', 1]]))
  })

  test('or a part of it, in which the judged documents are', async () => {
    const { documents, queries, grades } = await readSet(folder, 2)
    expect(queries.map(({ id }) => id)).toEqual(['q1', 'q2'])
    expect(documents.map(({ id }) => id)).toEqual(['0', '2', '4', '5', '6'])
    expect([...grades.keys()]).toEqual(['q1'])
  })

  test('with a bad line is refused, with file and line named', async () => {
    await write('qrels.jsonl', { q: 'q1', d: '5', r: 1 }, { q: 'q1', r: 1 })
    await expect(readSet(folder)).rejects.toThrow(/qrels\.jsonl, line 2: [^]*d/)
  })
})
