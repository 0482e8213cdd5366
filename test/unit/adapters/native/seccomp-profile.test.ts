import { expect, it } from 'vitest';
import { toRuntimeSeccomp } from '../../../../src/adapters/native/seccomp-profile.ts';

const place = { arch: 'x64', capabilities: ['CAP_CHOWN', 'CAP_SYS_PTRACE'], kernel: '5.12.3-amd64' };
const rule = (name: string, filters = {}) => ({ names: [name], action: 'SCMP_ACT_ALLOW', ...filters });
const namesIn = (syscalls: readonly ReturnType<typeof rule>[]): readonly string[] =>
  toRuntimeSeccomp({ defaultAction: 'SCMP_ACT_ERRNO', syscalls }, place).syscalls.flatMap(
    ({ names }) => names,
  );

it('takes the architectures this machine runs', () => {
  const archMap = [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: null },
  ];
  const profile = { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1, archMap };
  expect(toRuntimeSeccomp(profile, place)).toEqual({
    ...{ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1, syscalls: [] },
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
  });
  expect(toRuntimeSeccomp(profile, { ...place, arch: 'arm64' }).architectures).toEqual(['SCMP_ARCH_AARCH64']);
});

it('takes the rules that count here', () => {
  const rules = [
    rule('always'),
    rule('with-cap', { includes: { caps: ['CAP_SYS_ADMIN', 'CAP_SYS_PTRACE'] } }),
    rule('with-other-cap', { includes: { caps: ['CAP_SYS_ADMIN'] } }),
    rule('on-arch', { includes: { arches: ['amd64', 'x32'] } }),
    rule('on-other-arch', { includes: { arches: ['s390x'] } }),
    rule('on-kernel', { includes: { minKernel: '4.8' } }),
    rule('on-later-kernel', { includes: { minKernel: '5.13' } }),
    rule('not-with-cap', { excludes: { caps: ['CAP_CHOWN'] } }),
    rule('not-on-other-arch', { excludes: { arches: ['s390x'] } }),
    rule('both', { includes: { arches: ['amd64'] }, excludes: { caps: ['CAP_SYS_ADMIN'] } }),
  ];
  expect(namesIn(rules)).toEqual([
    ...['always', 'with-cap', 'on-arch', 'on-kernel', 'not-on-other-arch', 'both'],
  ]);
});

it('keeps what a rule says and no filter', () => {
  const args = [{ index: 0, value: 2, op: 'SCMP_CMP_EQ' }];
  const own = { name: 'clone', action: 'SCMP_ACT_ERRNO', errnoRet: 38, args, includes: {}, excludes: null };
  expect(toRuntimeSeccomp({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [own] }, place).syscalls).toEqual([
    { names: ['clone'], action: 'SCMP_ACT_ERRNO', errnoRet: 38, args },
  ]);
});
