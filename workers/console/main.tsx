/** Starts the console: language first, then the router around everything. */
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { reloadWhenStale } from './lib/reload.ts'
import { createServices, ServicesProvider } from './lib/services.tsx'
import { startTelemetry } from './lib/telemetry.ts'
import { loadPreferredMessages, LocaleProvider } from './messages/locale.tsx'
import { createAppRouter } from './router.tsx'
import { ToastProvider } from './ui/toasts.tsx'

reloadWhenStale()

const services = createServices()
const router = createAppRouter(services)
startTelemetry(router, services.steps)
const messages = await loadPreferredMessages()
const container = document.querySelector('#root')
if (!container) throw new Error('index.html has no #root')

createRoot(container).render(
  <StrictMode>
    <LocaleProvider initial={messages}>
      <ServicesProvider value={services}>
        <QueryClientProvider client={services.queries}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </QueryClientProvider>
      </ServicesProvider>
    </LocaleProvider>
  </StrictMode>,
)
