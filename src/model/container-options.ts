/** What a build.conf asks of its build containers beyond what all of them have. */
export interface ContainerOptions {
  /** Folders and files of this machine, where hooks run. */
  readonly mounts?: readonly BuildMount[];
  /** Empty folders in memory, where hooks run; bytes at most, or half of the memory. */
  readonly tmpfs?: readonly { readonly containerPath: string; readonly sizeBytes: number | undefined }[];
  /** Variables of hooks. */
  readonly env?: Readonly<Record<string, string>>;
  /** Names that hooks find at an address (hosts(5)). */
  readonly hosts?: readonly { readonly name: string; readonly address: string }[];
  /** Addresses of the name servers that hooks ask, instead of the host's. */
  readonly dns?: readonly string[];
  /** CAP_SYS_PTRACE. */
  readonly ptrace?: boolean;
  /** Capabilities to go without, in upper case and without `CAP_`; `ALL`: every one. */
  readonly capDrop?: readonly string[];
  /** Which system calls there are, instead of what the engine allows. */
  readonly seccomp?: SeccompProfile | 'unconfined';
  /** Limits of setrlimit(2), named as `nofile` is; -1: none. */
  readonly ulimits?: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  /** Bytes of /dev/shm. */
  readonly shmBytes?: number;
  readonly limits?: ResourceLimits;
}

export interface BuildMount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

/** What takes a control group, and so an engine that makes one. None changes what is built. */
export interface ResourceLimits {
  readonly cpus?: number;
  /** Which processors, as `0-2,4`. */
  readonly cpuset?: string;
  readonly memoryBytes?: number;
  /** Processes and threads. */
  readonly pids?: number;
}

/** A profile as Docker and Podman take it; further members are handed on. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number | undefined;
  /** As `SCMP_ARCH_X86_64`. */
  readonly architectures?: readonly string[] | undefined;
  /** The same with those whose programs they run too; instead of `architectures`. */
  readonly archMap?:
    | readonly {
        readonly architecture: string;
        readonly subArchitectures?: readonly string[] | null | undefined;
      }[]
    | undefined;
  readonly syscalls?: readonly SeccompRule[] | undefined;
}

export interface SeccompRule {
  readonly names?: readonly string[] | undefined;
  /** The same for one. */
  readonly name?: string | undefined;
  readonly action: string;
  readonly errnoRet?: number | undefined;
  readonly args?: readonly object[] | null | undefined;
  /** The rule counts where all of this is so. */
  readonly includes?: SeccompFilter | null | undefined;
  /** The rule does not count where any of this is so. */
  readonly excludes?: SeccompFilter | null | undefined;
}

export interface SeccompFilter {
  /** Any of them; names with `CAP_`. */
  readonly caps?: readonly string[] | undefined;
  /** As Go names architectures: `amd64`. */
  readonly arches?: readonly string[] | undefined;
  /** As `4.8`. */
  readonly minKernel?: string | undefined;
}
