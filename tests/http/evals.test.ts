/** Sets of questions and their cases over HTTP: made by hand, taken from files, given back. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EvalCase, EvalCasePage } from '../../workers/evals/schemas.ts'
import { bodyOf, type EvalApp, lines, SETS, startEvals } from './evals-harness.ts'

let app: EvalApp
beforeAll(async () => {
  app = await startEvals()
})
afterEach(() => app.settle())
afterAll(() => app.close())

describe('sets and cases', () => {
  test('are made, renamed, listed and deleted with all that is in them', async () => {
    const set = await app.newSet()
    expect(set).toMatchObject({ kbId: 'default', cases: 0 })
    expect((await app.send('POST', SETS, { name: set.name })).status).toBe(409)
    const renamed = await app.send('PATCH', `${SETS}/${set.id}`, { name: 'Help desk' })
    expect(await bodyOf(renamed)).toMatchObject({ id: set.id, name: 'Help desk' })
    const question = 'When is high water?'
    const judgements = [{ documentId: app.ids['tides.md'], grade: 1 }]
    const cases = `${SETS}/${set.id}/cases`
    const one = await bodyOf<EvalCase>(
      await app.send('POST', cases, { key: 'q', question, judgements, source: 'search' }),
      201,
    )
    expect(one).toMatchObject({ key: 'q', question, judgements, source: 'search' })
    expect((await app.send('POST', cases, { key: 'q', question })).status).toBe(409)
    const changed = await app.send('PATCH', `${cases}/${one.id}`, { judgements: [] })
    expect(await bodyOf(changed)).toMatchObject({ question, judgements: [] })
    expect((await app.send('DELETE', `${cases}/${one.id}`)).status).toBe(204)
    expect((await app.send('DELETE', `${cases}/${one.id}`)).status).toBe(404)
    expect((await app.send('DELETE', `${SETS}/${set.id}`)).status).toBe(204)
    expect((await app.send('GET', `${SETS}/${set.id}`)).status).toBe(404)
  })

  test.each([
    ['no name', {}, '/name'],
    ['a knowledge base that is none', { name: 'Other', kbId: 'nowhere' }, '/kbId'],
    ['a field that is none', { name: 'Other', size: 3 }, '/size'],
  ])('a set with %s is refused with the field named', async (_, body, pointer) => {
    const problem = await bodyOf<object>(await app.send('POST', SETS, body), 422)
    expect(problem).toMatchObject({ errors: [{ pointer }] })
  })

  test.each([
    ['no question', {}, '/question'],
    ['a document judged twice', { question: 'a', twice: true }, '/judgements'],
    ['a grade that is none', { question: 'a', grade: 11 }, '/judgements/0/grade'],
  ])(
    'a case with %s is refused with the field named',
    async (_, { question, ...rest }: object & { question?: string }, pointer) => {
      const set = await app.newSet()
      const { twice, grade = 1 } = rest as { twice?: boolean; grade?: number }
      const judgement = { documentId: app.ids['tides.md'], grade }
      const judgements = twice ? [judgement, judgement] : [judgement]
      const response = await app.send('POST', `${SETS}/${set.id}/cases`, { question, judgements })
      expect(await bodyOf<object>(response, 422)).toMatchObject({ errors: [{ pointer }] })
    },
  )
})

describe('an import', () => {
  test('takes what is right, names each line that is not, and can be said again', async () => {
    const { id } = await app.newSet()
    const text = lines(
      { id: '1', text: 'When is high water?' },
      { q: '1', d: 'tides.md', r: 1 },
      { q: '1', d: 'gone.md', r: 1 },
      { q: '2', d: 'tides.md', r: 1 },
    )
    const expected = {
      cases: 1,
      judgements: 2,
      refused: 3,
      refusals: [
        { line: 3, detail: 'The knowledge base has no document gone.md.' },
        { line: 4, detail: 'There is no question 2.' },
        { line: 5, detail: expect.stringContaining('no JSON object') },
      ],
    }
    expect(await app.take(id, `${text}\nnonsense`)).toEqual(expected)
    expect(await app.take(id, `${text}\nnonsense`)).toEqual(expected)
    // Judgements may follow their questions later; words that change leave the judgements.
    await app.take(id, lines({ id: '1', text: 'When is low water?' }))
    await app.take(id, lines({ q: '1', d: 'nets.md', r: 3 }))
    const { items } = await bodyOf<EvalCasePage>(await app.send('GET', `${SETS}/${id}/cases`))
    expect(items).toMatchObject([
      {
        question: 'When is low water?',
        judgements: [{ documentId: app.ids['nets.md'], grade: 3 }],
      },
    ])
  })

  test('and the export of it make the same set', async () => {
    const { id } = await app.filledSet()
    const exported = await (await app.send('GET', `${SETS}/${id}/export`)).text()
    const other = await app.newSet()
    expect(await app.take(other.id, exported)).toMatchObject({
      cases: 4,
      judgements: 3,
      refused: 0,
    })
    expect(await bodyOf(await app.send('GET', `${SETS}/${other.id}`))).toMatchObject({ cases: 4 })
    const again = await (await app.send('GET', `${SETS}/${other.id}/export`)).text()
    expect(again).toBe(exported)
  })

  test('is cut off at its limits', async () => {
    const { id } = await app.newSet()
    const many = 'x\n'.repeat(50_001)
    expect((await app.send('POST', `${SETS}/${id}/import`, many)).status).toBe(413)
    expect((await app.send('POST', `${SETS}/${id}/import`, 'x'.repeat(9_000_000))).status).toBe(413)
    const all = lines(...Array.from({ length: 5001 }, (_, at) => ({ id: `${at}`, text: 'a?' })))
    expect((await app.send('POST', `${SETS}/${id}/import`, all)).status).toBe(409)
  })
})

test('whoever may only read knowledge reads evaluations and changes nothing', async () => {
  const set = await app.filledSet()
  const viewer = { role: 'viewer' }
  expect((await app.send('GET', `${SETS}/${set.id}/cases`, undefined, viewer)).status).toBe(200)
  for (const [method, path, body] of [
    ['POST', SETS, { name: 'Mine' }],
    ['POST', `${SETS}/${set.id}/runs`, {}],
    ['POST', `${SETS}/${set.id}/import`, '{}'],
    ['DELETE', `${SETS}/${set.id}`, undefined],
  ] as const) {
    expect((await app.send(method, path, body, viewer)).status).toBe(403)
  }
})
