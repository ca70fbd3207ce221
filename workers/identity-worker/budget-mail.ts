/** News of a budget as mails to those who may change it. */
import { type DutyContext, mailHolders } from '../identity/issuer/duty-mail.ts'
import { type Letter, linkTo } from '../identity/issuer/mail.ts'
import type { BudgetNews } from '../usage/schemas.ts'

/** @throws whatever database or queue throw; some may have got their mail by then */
export async function mailNews(ctx: DutyContext, news: BudgetNews): Promise<void> {
  const duty = { tenantId: news.tenantId, permission: 'budget.manage' } as const
  const url = linkTo(ctx, 'costs')
  await mailHolders(ctx, duty, (organization) => letterOf(news, { organization, url }))
}

function letterOf(news: BudgetNews, common: { organization: string; url: string }): Letter {
  if (news.type === 'share') {
    const { limit, percent, spent, microDollars: of } = news
    return { template: 'budget-alert', data: { ...common, limit, percent, spent, of } }
  }
  const { hour: at, microDollars: spent, usual } = news
  return { template: 'cost-anomaly', data: { ...common, at, spent, usual } }
}
