/** What is running: the release, and which of its deployments. */
import { VERSION } from '../../shared/release.ts'

export interface VersionEnv {
  readonly CF_VERSION_METADATA: { readonly id: string; readonly timestamp: string }
}

/** As SemVer writes a build: `0.1.0+` and the id of the Worker's version. */
export const versionOf = ({ CF_VERSION_METADATA: { id } }: VersionEnv): string =>
  id ? `${VERSION}+${id}` : VERSION
