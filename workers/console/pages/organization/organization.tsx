/** The current organization: its name, and its end in two steps. */
import { Link } from '@tanstack/react-router'
import { usePermission } from '../../lib/hooks.ts'
import { useTenant } from '../../lib/tenant-queries.ts'
import { useMessages } from '../../messages/locale.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { Page } from '../../ui/page.tsx'
import { Section } from '../../ui/section.tsx'
import { DeletionSection } from './deletion-section.tsx'
import { NameSection } from './name-section.tsx'

export function OrganizationPage() {
  const { organization } = useMessages()
  const mayDelete = usePermission('tenant.delete')
  const query = useTenant()
  return (
    <Page title={organization.title} subtitle={organization.subtitle}>
      <Loaded query={query} rows={4}>
        {(tenant) => (
          <>
            <NameSection key={tenant.name} tenant={tenant} />
            <Others />
            {mayDelete && <DeletionSection tenant={tenant} />}
          </>
        )}
      </Loaded>
    </Page>
  )
}

/** Which organizations one is in is a matter of one's account. */
function Others() {
  const { others } = useMessages().organization
  return (
    <Section title={others.title} hint={others.hint}>
      <Link to="/account" className={buttonClass()}>
        {others.open}
      </Link>
    </Section>
  )
}
