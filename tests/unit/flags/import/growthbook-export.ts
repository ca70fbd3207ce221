/** What GrowthBook’s SDKs are given. */
export const growthBook = {
  status: 200,
  features: {
    banner: {
      defaultValue: 'hello',
      rules: [
        { id: 'fr_1', condition: { id: { $inGroup: 'grp_vip' } }, force: 'welcome back' },
        { id: 'fr_2', condition: { country: { $in: ['DE', 'AT'] } }, force: 'guten tag' },
      ],
    },
    checkout: {
      defaultValue: 'a',
      rules: [
        { id: 'ns', namespace: ['n', 0, 0.5], variations: ['a', 'b'], key: 'x', hashVersion: 2 },
        {
          id: 'exp',
          key: 'checkout-test',
          seed: 'checkout-seed',
          hashAttribute: 'id',
          hashVersion: 2,
          variations: ['a', 'b'],
          weights: [0.3333, 0.6667],
          coverage: 0.8,
          meta: [
            { key: 'control', name: 'Control' },
            { key: 'treatment', name: 'Treatment' },
          ],
        },
        { id: 'old-hash', force: 'b', coverage: 0.125, hashAttribute: 'id' },
      ],
    },
    needs_parent: {
      defaultValue: true,
      rules: [
        {
          id: 'gate',
          parentConditions: [{ id: 'banner', condition: { value: { $eq: 'hello' } }, gate: true }],
        },
      ],
    },
    untyped: { defaultValue: null },
  },
  savedGroups: { grp_vip: ['vip-1', 'vip-2'], 'odd name': ['x'] },
  dateUpdated: '2026-11-01T10:00:00.000Z',
}
