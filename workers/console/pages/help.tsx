/** Where to read on: the guides as raw Markdown, the API reference, and the keyboard. */
import { ArrowUpRight, Braces, FileText } from 'lucide-react'
import type { ReactNode } from 'react'
import { PAGES } from '../lib/pages.ts'
import { useMessages } from '../messages/locale.tsx'
import { Kbd, MOD } from '../ui/kbd.tsx'
import { Page } from '../ui/page.tsx'

export function HelpPage() {
  const { help, nav } = useMessages()
  const { shortcuts } = help
  const keys: [string, string][] = [
    [`${MOD} K`, shortcuts.palette],
    ...PAGES.map(({ key, letter }): [string, string] => [`g ${letter}`, shortcuts.goTo(nav[key])]),
    ['/', shortcuts.filter],
    ['?', shortcuts.help],
    ['Esc', shortcuts.escape],
  ]
  return (
    <Page title={help.title} subtitle={help.subtitle}>
      <div className="grid items-start gap-8 md:grid-cols-[1fr_18rem]">
        <Section title={help.guides}>
          <ul className="divide-y divide-line rounded-md border border-line bg-surface">
            {GUIDES.map(({ path, title }) => (
              <li key={path}>
                <DocLink
                  href={`/docs/${path}`}
                  title={title}
                  hint={path}
                  icon={<FileText size={16} />}
                />
              </li>
            ))}
          </ul>
        </Section>
        <div className="space-y-8">
          <Section title="API">
            <ul className="divide-y divide-line rounded-md border border-line bg-surface">
              <li>
                <DocLink
                  href="/docs/"
                  title={help.reference}
                  hint={help.referenceHint}
                  icon={<Braces size={16} />}
                />
              </li>
              <li>
                <DocLink
                  href="/openapi.json"
                  title={help.openapi}
                  hint="/openapi.json"
                  icon={<FileText size={16} />}
                />
              </li>
            </ul>
          </Section>
          <Section title={help.keyboard}>
            <dl className="space-y-2">
              {keys.map(([key, does]) => (
                <div key={key} className="flex items-center justify-between gap-3">
                  <dt className="text-muted">{does}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {key.split(' ').map((part) => (
                      <Kbd key={part}>{part}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </Section>
        </div>
      </div>
    </Page>
  )
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-2 text-md font-semibold">{title}</h2>
      {children}
    </section>
  )
}

interface DocLinkProps {
  href: string
  title: string
  hint: string
  icon: ReactNode
}

/** In a tab of its own: these are not pages of the console. */
function DocLink({ href, title, hint, icon }: DocLinkProps) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      className="flex items-center gap-3 px-3 py-2 hover:bg-raised"
    >
      <span aria-hidden className="text-muted">
        {icon}
      </span>
      <span className="min-w-0 flex-1">
        <span className="block truncate">{title}</span>
        <span className="block truncate text-xs text-muted">{hint}</span>
      </span>
      <ArrowUpRight size={14} aria-hidden className="shrink-0 text-muted" />
    </a>
  )
}
