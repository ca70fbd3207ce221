/** For those who run the platform: an account by its address, and all tenants in numbers. */
import { useMessages } from '../../messages/locale.tsx'
import { Page } from '../../ui/page.tsx'
import { FindAccount } from './find-account.tsx'
import { TenantTable } from './tenant-table.tsx'

export function PlatformPage() {
  const { platform } = useMessages()
  return (
    <Page title={platform.title} subtitle={platform.subtitle}>
      <FindAccount />
      <TenantTable />
    </Page>
  )
}
