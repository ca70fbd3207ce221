/** How much a tenant may use: a plan by its name, or what the deployment says. */
import type { TenantPlan } from '../../../identity/platform-schemas.ts'
import { usePlan, usePlatformActions } from '../../lib/platform-queries.ts'
import { textOf } from '../../lib/submit.ts'
import { usePlatformMessages } from '../../messages/platform.ts'
import { SelectField } from '../../ui/field.tsx'
import { FormModal } from '../../ui/form-modal.tsx'
import { Loaded } from '../../ui/loaded.tsx'

const PLANS = ['standard', 'large', 'unmetered'] as const satisfies TenantPlan['plan'][]

interface SetPlanProps {
  tenantId: string
  onClose: () => void
}

export function SetPlan({ tenantId, onClose }: SetPlanProps) {
  const { plans } = usePlatformMessages()
  const { setPlan } = usePlatformActions()
  const query = usePlan(tenantId)
  const submit = async (form: FormData) => {
    const wanted = textOf(form, 'plan')
    await setPlan(tenantId, PLANS.find((plan) => plan === wanted) ?? null)
    onClose()
  }
  return (
    <FormModal
      title={plans.title}
      hint={plans.hint}
      submit={plans.save}
      isReady={query.isSuccess}
      onClose={onClose}
      onSubmit={submit}
    >
      <p className="font-mono text-sm break-all text-muted">{tenantId}</p>
      <Loaded query={query} rows={1}>
        {({ plan }) => (
          <SelectField
            label={plans.plan}
            name="plan"
            defaultValue={plan ?? ''}
            options={[
              { value: '', name: plans.names.default },
              ...PLANS.map((value) => ({ value, name: plans.names[value] })),
            ]}
          />
        )}
      </Loaded>
    </FormModal>
  )
}
