/** flagd’s flag definitions, as somebody keeps them in a file. */
export const flagd = {
  $schema: 'https://flagd.dev/schema/v0/flags.json',
  metadata: { flagSetId: 'shop' },
  $evaluators: {
    isInternal: { ends_with: [{ var: ['email'] }, '@acme.example'] },
  },
  flags: {
    'new-welcome-banner': {
      state: 'ENABLED',
      variants: { friendly: 'friendly', grand: 'grand', plain: 'plain' },
      defaultVariant: 'plain',
      metadata: { owner: 'growth' },
      targeting: {
        if: [
          { $ref: 'isInternal' },
          'friendly',
          {
            or: [
              { '==': [{ var: 'tier' }, 'gold'] },
              { sem_ver: [{ var: 'version' }, '>=', '2.0.0'] },
            ],
          },
          'grand',
          null,
        ],
      },
    },
    isBeta: {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: {
        if: [
          {
            and: [
              { in: [{ var: 'region' }, ['eu', 'uk']] },
              { '!': { '<': [{ var: 'age' }, 18] } },
            ],
          },
          'on',
        ],
      },
    },
    'header-color': {
      state: 'ENABLED',
      variants: { red: '#f00', blue: '#00f' },
      defaultVariant: 'red',
      targeting: {
        fractional: [
          { cat: [{ var: '$flagd.flagKey' }, { var: 'targetingKey' }] },
          ['red', 1],
          ['blue', 3],
        ],
      },
    },
    'by-the-clock': {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'off',
      targeting: { if: [{ '>': [{ var: '$flagd.timestamp' }, 1] }, 'on', 'off'] },
    },
    old_thing: { state: 'DISABLED', variants: { on: true, off: false }, defaultVariant: 'on' },
    empty: { state: 'ENABLED', variants: {}, defaultVariant: 'on' },
  },
}
