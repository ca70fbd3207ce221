/** Flags as LaunchDarkly’s API lists them. */
const user = { contextKind: 'user', negate: false }
export const launchDarkly = {
  _links: { self: { href: '/api/v2/flags/default?summary=0', type: 'application/json' } },
  items: [
    {
      key: 'dark-mode',
      name: 'Dark mode',
      description: 'Colours for the night',
      kind: 'boolean',
      variations: [
        { _id: 'a', value: true },
        { _id: 'b', value: false },
      ],
      tags: [],
      clientSideAvailability: { usingMobileKey: false, usingEnvironmentId: false },
      environments: {
        production: {
          on: true,
          salt: 'abc',
          targets: [{ values: ['u1', 'u2'], variation: 0, contextKind: 'user' }],
          contextTargets: [],
          rules: [
            {
              _id: 'r1',
              variation: 0,
              clauses: [{ ...user, attribute: 'email', op: 'endsWith', values: ['@acme.example'] }],
            },
          ],
          fallthrough: { variation: 1 },
          offVariation: 1,
          prerequisites: [],
        },
        staging: { on: false, rules: [], fallthrough: { variation: 0 }, offVariation: 1 },
      },
    },
    {
      key: 'model',
      kind: 'multivariate',
      variations: [
        { value: { name: 'large' }, name: 'Large' },
        { value: { name: 'small' }, name: 'Small' },
      ],
      environments: {
        production: {
          on: true,
          rules: [
            {
              description: 'Not in America',
              variation: 0,
              clauses: [
                { ...user, attribute: '/address/country', op: 'in', values: ['US'], negate: true },
              ],
            },
          ],
          fallthrough: { variation: 1 },
        },
      },
    },
    {
      key: 'pricing',
      kind: 'multivariate',
      variations: [{ value: 'a' }, { value: 'b' }],
      tags: ['money'],
      clientSideAvailability: { usingMobileKey: true, usingEnvironmentId: false },
      environments: {
        production: {
          on: true,
          salt: 's',
          rules: [
            {
              variation: 0,
              clauses: [{ ...user, attribute: '', op: 'segmentMatch', values: ['beta'] }],
            },
            {
              variation: 0,
              clauses: [
                { attribute: 'name', op: 'in', values: ['x'], contextKind: 'organization' },
              ],
            },
          ],
          fallthrough: {
            rollout: {
              contextKind: 'user',
              variations: [
                { variation: 0, weight: 66667 },
                { variation: 1, weight: 33333 },
              ],
            },
          },
          prerequisites: [{ key: 'dark-mode', variation: 0 }],
        },
        sandbox: { on: true, fallthrough: { variation: 0 } },
      },
    },
  ],
}
