/** What a group of a report is called: a name where it has one, else its id. */
import { useKeyNames } from '../../lib/cost-queries.ts'
import { type CostGroup, PURPOSES } from '../../lib/cost-search.ts'
import { useCostMessages } from '../../messages/costs.ts'

interface Group {
  key: string | null
  label: string | null
}

export function useGroupNames(by: CostGroup): (group: Group) => string {
  const costs = useCostMessages()
  const keyNames = useKeyNames()
  return ({ key, label }) => {
    if (key === null) return by === 'query' ? costs.noAnswer : costs.nobody
    if (label !== null) return label
    if (by === 'key') return keyNames.get(key) ?? key
    const purpose = by === 'purpose' ? PURPOSES.find((known) => known === key) : undefined
    return purpose ? costs.purposes[purpose] : key
  }
}
