import { release } from 'node:os';
import type { SeccompFilter, SeccompProfile, SeccompRule } from '../../model/container-options.ts';

/** What decides which rules of a profile count. */
export interface SeccompPlace {
  /** The machine, as `process.arch` names it. */
  readonly arch: string;
  /** Names with `CAP_`. */
  readonly capabilities: readonly string[];
  /** Of the kernel; this machine's by default. */
  readonly kernel?: string;
}

/**
 * A profile in Docker's format as the seccomp member of a runtime config (runtime-spec v1.0.2, config-linux.md, "Seccomp"):
 * with the rules that count on this machine for these capabilities, and the architectures it runs.
 */
export function toRuntimeSeccomp(profile: SeccompProfile, place: SeccompPlace) {
  const { archMap, syscalls = [], ...others } = profile;
  const architectures = profile.architectures ?? architecturesOf(archMap ?? [], place.arch);
  return {
    ...others,
    ...(architectures.length > 0 && { architectures }),
    syscalls: syscalls.filter((rule) => counts(rule, place)).map(toRuntimeRule),
  };
}

const native: Readonly<Record<string, { readonly seccomp: string; readonly go: string }>> = {
  x64: { seccomp: 'SCMP_ARCH_X86_64', go: 'amd64' },
  arm64: { seccomp: 'SCMP_ARCH_AARCH64', go: 'arm64' },
};

const architecturesOf = (map: NonNullable<SeccompProfile['archMap']>, arch: string): readonly string[] =>
  map
    .filter(({ architecture }) => architecture === native[arch]?.seccomp)
    .flatMap(({ architecture, subArchitectures }) => [architecture, ...(subArchitectures ?? [])]);

function counts({ includes, excludes }: SeccompRule, place: SeccompPlace): boolean {
  const wanted = testsOf(includes ?? {}, place);
  const unwanted = testsOf(excludes ?? {}, place);
  return wanted.every(Boolean) && !unwanted.some(Boolean);
}

/** What a filter asks, answered. */
function testsOf(
  { caps = [], arches = [], minKernel }: SeccompFilter,
  { arch, capabilities, kernel = release() }: SeccompPlace,
): readonly boolean[] {
  return [
    ...(caps.length === 0 ? [] : [caps.some((each) => capabilities.includes(each))]),
    ...(arches.length === 0 ? [] : [arches.includes(native[arch]?.go ?? arch)]),
    ...(minKernel === undefined ? [] : [toNumber(kernel) >= toNumber(minKernel)]),
  ];
}

/** A number that later versions of the kernel have a greater one of. */
function toNumber(version: string): number {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) * 1000 + Number(minor);
}

function toRuntimeRule({ names, name, action, errnoRet, args }: SeccompRule) {
  return {
    names: [...(names ?? []), ...(name === undefined ? [] : [name])],
    action,
    ...(errnoRet !== undefined && { errnoRet }),
    ...(args && { args }),
  };
}
