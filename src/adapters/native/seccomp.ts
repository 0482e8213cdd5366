/** System calls that no build or image needs and that reach past the container, or had holes that did. */
const denied = [
  ...[
    'acct',
    'add_key',
    'bpf',
    'clock_adjtime',
    'clock_settime',
    'delete_module',
    'finit_module',
    'init_module',
  ],
  ...['io_uring_enter', 'io_uring_register', 'io_uring_setup', 'ioperm', 'iopl', 'kcmp', 'kexec_file_load'],
  ...[
    'kexec_load',
    'keyctl',
    'lookup_dcookie',
    'mount',
    'mount_setattr',
    'move_mount',
    'move_pages',
    'fsconfig',
  ],
  ...['fsmount', 'fsopen', 'fspick', 'nfsservctl', 'open_by_handle_at', 'open_tree', 'perf_event_open'],
  ...[
    'pivot_root',
    'process_vm_readv',
    'process_vm_writev',
    'quotactl',
    'quotactl_fd',
    'reboot',
    'request_key',
  ],
  ...[
    'setns',
    'settimeofday',
    'stime',
    'swapoff',
    'swapon',
    'sysfs',
    'syslog',
    'umount',
    'umount2',
    'uselib',
  ],
  ...['userfaultfd', 'vm86', 'vm86old'],
];

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 };
const cloneNewUser = 0x10000000;

const architectures: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
};

/**
 * The seccomp member of a runtime config (runtime-spec v1.0.2, config-linux.md, "Seccomp"): everything is allowed
 * but the calls above, new user namespaces, and sockets of the kernel's crypto and of virtual machines.
 * @param arch the machine as `process.arch` names it
 */
export function seccompProfile(arch: string) {
  const deny = (names: readonly string[], errnoRet: number, args?: readonly object[]) => ({
    names,
    action: 'SCMP_ACT_ERRNO',
    errnoRet,
    ...(args && { args }),
  });
  const newUser = [{ index: 0, value: cloneNewUser, valueTwo: cloneNewUser, op: 'SCMP_CMP_MASKED_EQ' }];
  const family = (value: number) => [{ index: 0, value, op: 'SCMP_CMP_EQ' }];
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    ...(architectures[arch] && { architectures: architectures[arch] }),
    syscalls: [
      deny(denied, errno.EPERM),
      deny(['clone', 'unshare'], errno.EPERM, newUser),
      // Its flags are in memory, out of a filter's sight; C libraries fall back to clone.
      deny(['clone3'], errno.ENOSYS),
      deny(['socket'], errno.EAFNOSUPPORT, family(38)),
      deny(['socket'], errno.EAFNOSUPPORT, family(40)),
    ],
  };
}
