/** What Unleash exports of a project. */
const strategy = { featureName: 'checkout.redesign', parameters: {}, constraints: [], segments: [] }
export const unleash = {
  features: [
    {
      name: 'checkout.redesign',
      description: 'The new checkout',
      type: 'release',
      project: 'default',
      stale: false,
    },
    { name: 'newSearch', description: null, type: 'experiment', project: 'default' },
    { name: 'child', type: 'release', project: 'default' },
    { name: 'gone', type: 'release', archived: true },
  ],
  featureStrategies: [
    { ...strategy, id: 's1', name: 'userWithId', parameters: { userIds: '17, 18' } },
    {
      ...strategy,
      id: 's2',
      name: 'default',
      constraints: [
        {
          contextName: 'plan',
          operator: 'STR_STARTS_WITH',
          values: ['pro', 'team.'],
          inverted: false,
          caseInsensitive: true,
        },
      ],
      segments: [1],
    },
    { ...strategy, id: 's3', name: 'remoteAddress', parameters: { IPs: '10.0.0.1' } },
    {
      ...strategy,
      id: 's4',
      name: 'default',
      title: 'Spring only',
      constraints: [
        {
          contextName: 'currentTime',
          operator: 'DATE_AFTER',
          value: '2026-03-01T00:00:00Z',
          values: [],
        },
      ],
    },
    {
      ...strategy,
      featureName: 'newSearch',
      name: 'default',
      constraints: [
        { contextName: 'appVersion', operator: 'SEMVER_LT', value: '1.10.0', inverted: true },
        { contextName: 'seats', operator: 'NUM_GTE', value: '10' },
      ],
    },
    {
      ...strategy,
      featureName: 'newSearch',
      name: 'flexibleRollout',
      constraints: [
        { contextName: 'country', operator: 'NOT_IN', values: ['US'] },
        { contextName: 'never', operator: 'IN', values: ['x'] },
      ],
      parameters: { rollout: 33, stickiness: 'default', groupId: 'search' },
    },
    {
      ...strategy,
      featureName: 'child',
      name: 'flexibleRollout',
      parameters: { rollout: '100', stickiness: 'random', groupId: 'child' },
    },
  ],
  featureEnvironments: [
    { featureName: 'checkout.redesign', environment: 'prod', enabled: true, variants: [] },
    {
      featureName: 'newSearch',
      environment: 'prod',
      enabled: true,
      variants: [{ name: 'a', weight: 1000 }],
    },
    { featureName: 'child', environment: 'prod', enabled: true },
  ],
  contextFields: [{ name: 'plan' }],
  featureTags: [{ featureName: 'newSearch', tagType: 'simple', tagValue: 'team a' }],
  segments: [
    {
      id: 1,
      name: 'Europe',
      constraints: [{ contextName: 'country', operator: 'IN', values: ['DE', 'FR'] }],
    },
    { id: 2, name: 'Nameless' },
  ],
  tagTypes: [],
  dependencies: [{ feature: 'child', dependencies: [{ feature: 'newSearch', enabled: false }] }],
}
