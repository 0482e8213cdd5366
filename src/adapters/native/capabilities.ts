/**
 * What package managers, their scripts and hooks need (capabilities(7)). No MKNOD, as no devices cgroup would
 * guard what it makes, and nothing that administers the host.
 */
export const buildCapabilities: readonly string[] = [
  ...['CAP_AUDIT_WRITE', 'CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL'],
  ...['CAP_NET_BIND_SERVICE', 'CAP_SETFCAP', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SETUID', 'CAP_SYS_CHROOT'],
];

/** What an image may count on: the defaults of Docker without MKNOD. */
export const runCapabilities: readonly string[] = [...buildCapabilities, 'CAP_NET_RAW'];
