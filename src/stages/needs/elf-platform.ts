import type { ElfFacts } from '../../model/file-facts.ts';

/** What a processor architecture is called where libraries are looked up. */
export interface ElfPlatform {
  /** Folder of Debian's multiarch layout, below `/lib` and `/usr/lib`. */
  readonly triplet: string;
  /** What ld.so.cache marks its libraries with (`FLAG_…` of glibc's ldconfig.h, together with `FLAG_ELF_LIBC6`). */
  readonly cacheFlags: number;
  /** What the kernel may call it (AT_PLATFORM), for `$PLATFORM`; x86-64 is renamed by glibc up to 2.36. */
  readonly names?: readonly string[];
  /** Where its libraries are without multiarch, if not in `lib64` or `lib` by its class. */
  readonly folder?: string;
}

/** By `e_machine`, class and, where both are in use, byte order and ABI. */
const platforms: Readonly<Record<string, ElfPlatform>> = {
  '3/32': { triplet: 'i386-linux-gnu', cacheFlags: 0x0003, names: ['i686', 'i586', 'i486', 'i386'] },
  '8/32/be': { triplet: 'mips-linux-gnu', cacheFlags: 0x0003, names: ['mips'] },
  '8/32/le': { triplet: 'mipsel-linux-gnu', cacheFlags: 0x0003, names: ['mips'] },
  '8/32/le/n32': { triplet: 'mips64el-linux-gnuabin32', cacheFlags: 0x0603, folder: 'lib32' },
  '8/32/be/n32': { triplet: 'mips64-linux-gnuabin32', cacheFlags: 0x0603, folder: 'lib32' },
  '8/64/le': { triplet: 'mips64el-linux-gnuabi64', cacheFlags: 0x0703, names: ['mips'] },
  '8/64/be': { triplet: 'mips64-linux-gnuabi64', cacheFlags: 0x0703, names: ['mips'] },
  '20/32': { triplet: 'powerpc-linux-gnu', cacheFlags: 0x0003 },
  '21/64/le': {
    triplet: 'powerpc64le-linux-gnu',
    cacheFlags: 0x0503,
    names: ['power8', 'power9', 'power10'],
  },
  '21/64/be': { triplet: 'powerpc64-linux-gnu', cacheFlags: 0x0503 },
  '22/64': { triplet: 's390x-linux-gnu', cacheFlags: 0x0403, names: ['z13', 'z14', 'z15', 'z16'] },
  '40/32': { triplet: 'arm-linux-gnueabihf', cacheFlags: 0x0903, names: ['v7l', 'v8l'] },
  '40/32/soft': { triplet: 'arm-linux-gnueabi', cacheFlags: 0x0b03, names: ['v5l', 'v6l', 'v7l'] },
  '62/32': { triplet: 'x86_64-linux-gnux32', cacheFlags: 0x0803, names: ['x86_64'], folder: 'libx32' },
  '62/64': { triplet: 'x86_64-linux-gnu', cacheFlags: 0x0303, names: ['x86_64', 'haswell', 'xeon_phi'] },
  '183/64': { triplet: 'aarch64-linux-gnu', cacheFlags: 0x0a03, names: ['aarch64'] },
  '243/64': { triplet: 'riscv64-linux-gnu', cacheFlags: 0x1003 },
  '258/64': { triplet: 'loongarch64-linux-gnu', cacheFlags: 0x1203, names: ['loongarch'] },
};

const machine = { mips: 8, powerpc64: 21, arm: 40, riscv: 243 } as const;

/** The platform of a program or library; undefined for one that is not in the table. */
export function elfPlatform(elf: ElfFacts): ElfPlatform | undefined {
  const kind = `${elf.machine}/${elf.class}`;
  const order = `${kind}/${elf.littleEndian ? 'le' : 'be'}`;
  const abi = abiOf(elf);
  return platforms[`${order}/${abi}`] ?? platforms[`${kind}/${abi}`] ?? platforms[order] ?? platforms[kind];
}

/** True when one process can load both. */
export function sameKind(a: ElfFacts, b: ElfFacts): boolean {
  const [one, other] = [abiOf(a), abiOf(b)];
  return (
    a.class === b.class &&
    a.machine === b.machine &&
    a.littleEndian === b.littleEndian &&
    a.osAbi === b.osAbi &&
    (one === other || one === undefined || other === undefined)
  );
}

/**
 * The ABI that `e_flags` tell, as glibc's loader looks at them before it loads a library (`elf_machine_matches_host` and
 * `VALID_ELF_HEADER` of each machine); undefined where it takes any.
 */
function abiOf({ machine: is, flags = 0 }: ElfFacts): string | undefined {
  switch (is) {
    case machine.arm:
      // Of version 5 only; earlier ones say something else with these bits.
      if (flags >>> 24 !== 5 || (flags & 0x600) === 0) return undefined;
      return (flags & 0x400) === 0 ? 'soft' : 'hard';
    case machine.mips:
      return `${(flags & 0x20) === 0 ? '' : 'n32'}${(flags & 0x400) === 0 ? '' : 'nan2008'}`;
    case machine.powerpc64:
      return (flags & 3) === 0 ? undefined : `v${flags & 3}`;
    case machine.riscv:
      return `float${flags & 6}`;
    default:
      return undefined;
  }
}
