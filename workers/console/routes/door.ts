/** Pages outside the shell: signing in, links out of mails, and an application's question. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { readSignIn } from '../lib/search.ts'
import { root } from './root.ts'

export const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: readSignIn,
  component: lazyRouteComponent(() => import('../pages/sign-in.tsx'), 'SignInPage'),
})

export const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('../pages/setup.tsx'), 'SetupPage'),
})

export const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('../pages/forgot-password.tsx'), 'ForgotPasswordPage'),
})

export const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('../pages/reset-password.tsx'), 'ResetPasswordPage'),
})

export const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
  component: lazyRouteComponent(() => import('../pages/verify-email.tsx'), 'VerifyEmailPage'),
})

export const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../pages/invitation.tsx'), 'InvitationPage'),
})

export const consent = createRoute({
  getParentRoute: () => root,
  path: '/consent',
  beforeLoad: async ({ context }) => {
    if (await context.session.restore()) return
    const from = `/consent${window.location.hash}`
    throw redirect({ to: '/sign-in', search: { from } })
  },
  component: lazyRouteComponent(() => import('../pages/consent.tsx'), 'ConsentPage'),
})
