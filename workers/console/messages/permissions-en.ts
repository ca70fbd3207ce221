/** What each permission lets somebody do, in English. */

export const permissions = {
  'flag.read': 'See flags',
  'flag.write': 'Create, switch and delete flags',
  'flag.evaluate': 'Evaluate flags',
  'kb.read': 'See documents',
  'kb.write': 'Add and retry documents',
  'kb.delete': 'Delete documents',
  'rag.query': 'Ask questions',
  'voice.start': 'Start voice sessions',
  'member.read': 'See members and roles',
  'member.manage': 'Invite, change and remove members',
  'role.manage': 'Create, change and delete roles',
  'key.manage': 'Manage API keys and applications',
  'audit.read': 'Read the audit log',
  'audit.export': 'Export the audit log',
  'tenant.update': 'Rename the organization',
  'tenant.delete': 'Delete the organization',
  'phi.read': 'Read sensitive documents',
  'usage.read': 'See costs and budgets',
  'budget.manage': 'Set budgets',
}
