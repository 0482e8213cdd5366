import { KublerError } from '../../errors.ts';
import type { ApiEngineName, EngineStatus } from '../../model/engine-status.ts';
import { apiVersion } from './api-version.ts';
import { describeEndpoint } from './endpoint.ts';
import { engineTitles } from './explain-connection.ts';
import type { Candidate } from './find-endpoints.ts';

/** What GET /version and GET /info say, as far as it is looked at. Podman's answers have the same members. */
export interface Answers {
  readonly version: {
    readonly Version: string;
    readonly ApiVersion: string;
    readonly MinAPIVersion?: string;
  };
  readonly info: { readonly Driver?: string; readonly SecurityOptions?: readonly string[] | null };
}

/** The version this code was written for, or the engine's oldest. Throws `ENGINE_UNAVAILABLE` when it is too old. */
export function chooseVersion(engine: ApiEngineName, { endpoint }: Candidate, { version }: Answers): string {
  const oldest = version.MinAPIVersion ?? apiVersion;
  if (compareVersions(version.ApiVersion, apiVersion) >= 0)
    return compareVersions(oldest, apiVersion) > 0 ? oldest : apiVersion;
  const found = `version ${version.Version} has API ${version.ApiVersion}, ${apiVersion} is needed`;
  throw new KublerError(
    'ENGINE_UNAVAILABLE',
    `cannot use ${engineTitles[engine]} at ${describeEndpoint(endpoint)}: ${found}`,
    { hint: `install ${oldestEngine[engine]} or later there` },
  );
}

const oldestEngine: Readonly<Record<ApiEngineName, string>> = {
  docker: 'Docker 20.10',
  podman: 'Podman 4.0',
};

/** Negative, 0 or positive, as `1.9` is older than, the same as or newer than `1.41`. */
function compareVersions(a: string, b: string): number {
  const [[major = 0, minor = 0] = [], [otherMajor = 0, otherMinor = 0] = []] = [a, b].map((text) =>
    text.split('.').map(Number),
  );
  return major - otherMajor || minor - otherMinor;
}

/** An engine that answered. */
export function toStatus(
  engine: ApiEngineName,
  { endpoint, source }: Candidate,
  { version, info }: Answers,
): EngineStatus {
  return {
    engine,
    isReady: true,
    version: version.Version,
    apiVersion: version.ApiVersion,
    endpoint: describeEndpoint(endpoint),
    source,
    isRootless: (info.SecurityOptions ?? []).some((option) => option.startsWith('name=rootless')),
    ...(info.Driver !== undefined && { storageDriver: info.Driver }),
  };
}
