/** For those who run the platform: an account by its address, and all tenants in numbers. */
import { usePlatformMessages } from '../../messages/platform.ts'
import { Page } from '../../ui/page.tsx'
import { FindAccount } from './find-account.tsx'
import { TenantTable } from './tenant-table.tsx'

export function PlatformPage() {
  const platform = usePlatformMessages()
  return (
    <Page title={platform.title} subtitle={platform.subtitle}>
      <FindAccount />
      <TenantTable />
    </Page>
  )
}
