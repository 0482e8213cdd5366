import type { ElfFacts } from '../../model/file-facts.ts';

/** What a processor architecture is called where libraries are looked up. */
export interface ElfPlatform {
  /** Folder of Debian's multiarch layout, below `/lib` and `/usr/lib`. */
  readonly triplet: string;
  /** What ld.so.cache marks its libraries with (`FLAG_…` of glibc's ldconfig.h, together with `FLAG_ELF_LIBC6`). */
  readonly cacheFlags: number;
}

/** By `e_machine` and class. */
const platforms: Readonly<Record<string, ElfPlatform>> = {
  '3/32': { triplet: 'i386-linux-gnu', cacheFlags: 0x0003 },
  '8/64': { triplet: 'mips64el-linux-gnuabi64', cacheFlags: 0x0703 },
  '21/64': { triplet: 'powerpc64le-linux-gnu', cacheFlags: 0x0503 },
  '22/64': { triplet: 's390x-linux-gnu', cacheFlags: 0x0403 },
  '40/32': { triplet: 'arm-linux-gnueabihf', cacheFlags: 0x0903 },
  '62/32': { triplet: 'x86_64-linux-gnux32', cacheFlags: 0x0803 },
  '62/64': { triplet: 'x86_64-linux-gnu', cacheFlags: 0x0303 },
  '183/64': { triplet: 'aarch64-linux-gnu', cacheFlags: 0x0a03 },
  '243/64': { triplet: 'riscv64-linux-gnu', cacheFlags: 0x1003 },
};

/** The platform of a program or library; undefined for one that is not in the table. */
export const elfPlatform = (elf: ElfFacts): ElfPlatform | undefined =>
  platforms[`${elf.machine}/${elf.class}`];

/** True when one process can load both. */
export const sameKind = (a: ElfFacts, b: ElfFacts): boolean =>
  a.class === b.class && a.machine === b.machine && a.littleEndian === b.littleEndian;
