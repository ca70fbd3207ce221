/** The own account. Each section loads and fails by itself. */
import { useAccountMessages } from '../../messages/account.ts'
import { Page } from '../../ui/page.tsx'
import { ConsentsSection } from './consents-section.tsx'
import { DataSection } from './data-section.tsx'
import { LinkedAccountsSection } from './linked-accounts-section.tsx'
import { PasskeysSection } from './passkeys-section.tsx'
import { PasswordSection } from './password-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { TenantsSection } from './tenants-section.tsx'
import { TwoFactorSection } from './two-factor-section.tsx'

export function AccountPage() {
  const myAccount = useAccountMessages()
  return (
    <Page title={myAccount.title} subtitle={myAccount.subtitle}>
      <ProfileSection />
      <PasswordSection />
      <TwoFactorSection />
      <PasskeysSection />
      <LinkedAccountsSection />
      <ConsentsSection />
      <SessionsSection />
      <TenantsSection />
      <DataSection />
    </Page>
  )
}
