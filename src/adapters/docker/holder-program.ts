import { KublerError } from '../../errors.ts';

/**
 * Two static programs that run in any Linux root, even an empty one. They are 64-bit ELF executables of one segment
 * (elf(5)), readable and executable, in which the code follows the headers.
 */
export interface HolderPrograms {
  /** First process of a container: ignores SIGCHLD, so that orphans leave no zombies (sigaction(2)), and waits for ever. */
  readonly hold: Buffer;
  /** Kills every process of the container but itself and the first: kill(-1, SIGKILL) (kill(2)). */
  readonly killAll: Buffer;
}

/** For machines as `docker info` names them (uname -m). Rejects others with `HOST_UNSUPPORTED`. */
export function holderPrograms(architecture: string): HolderPrograms {
  const machine = machines.find(({ names }) => names.includes(architecture));
  if (!machine) {
    throw new KublerError('HOST_UNSUPPORTED', `cannot build on a daemon for ${architecture}`, {
      hint: 'daemons on x86_64 and aarch64 are supported',
    });
  }
  const { elfMachine, hold, killAll } = machine;
  return { hold: executable(elfMachine, hold), killAll: executable(elfMachine, killAll) };
}

interface Machine {
  readonly names: readonly string[];
  /** e_machine of elf(5). */
  readonly elfMachine: number;
  /** Machine code; `hold` refers to the data at `dataAddress`. */
  readonly hold: string;
  readonly killAll: string;
}

const machines: readonly Machine[] = [
  {
    names: ['x86_64', 'amd64'],
    elfMachine: 62,
    hold: [
      // rt_sigaction(SIGCHLD, &data, NULL, 8)
      ...['b80d000000', 'bf11000000', 'bee0004000', '31d2', '41ba08000000', '0f05'],
      // pause() in a loop
      ...['b822000000', '0f05', 'ebf7'],
    ].join(''),
    // kill(-1, SIGKILL); exit(0)
    killAll: ['b83e000000', '48c7c7ffffffff', 'be09000000', '0f05', 'b83c000000', '31ff', '0f05'].join(''),
  },
  {
    names: ['aarch64', 'arm64'],
    elfMachine: 183,
    hold: [
      // rt_sigaction(SIGCHLD, &data, NULL, 8): x8 = 134, x0 = 17, x1 = dataAddress, x2 = 0, x3 = 8
      ...['c81080d2', '200280d2', '011c80d2', '0108a0f2', '020080d2', '030180d2', '010000d4'],
      // ppoll(NULL, 0, NULL, NULL, 0) in a loop: x8 = 73, x0 to x4 = 0
      ...['280980d2', '000080d2', '010080d2', '020080d2', '030080d2', '040080d2', '010000d4', 'f9ffff17'],
    ].join(''),
    // kill(-1, SIGKILL): x8 = 129, x0 = -1, x1 = 9; exit(0): x8 = 93, x0 = 0
    killAll: ['281080d2', '00008092', '210180d2', '010000d4', 'a80b80d2', '000080d2', '010000d4'].join(''),
  },
];

const loadAddress = 0x400000;
const headerBytes = 64 + 56;
const dataOffset = 0xe0;

function executable(elfMachine: number, code: string): Buffer {
  const file = Buffer.alloc(dataOffset + 32);
  // e_ident: 64 bits, little endian, version 1
  Buffer.from('7f454c46020101', 'hex').copy(file);
  // e_type ET_EXEC, e_machine, e_version, e_entry, e_phoff
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(elfMachine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(loadAddress + headerBytes), 24);
  file.writeBigUInt64LE(64n, 32);
  // e_ehsize, e_phentsize, e_phnum
  [64, 56, 1].forEach((value, at) => file.writeUInt16LE(value, 52 + 2 * at));
  // PT_LOAD, PF_R | PF_X; offset 0 at the load address, all of the file
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(5, 68);
  const segment = [0, loadAddress, loadAddress, file.length, file.length, 0x1000];
  segment.forEach((value, at) => file.writeBigUInt64LE(BigInt(value), 72 + 8 * at));
  Buffer.from(code, 'hex').copy(file, headerBytes);
  // struct kernel_sigaction: SIG_IGN, no flags, no restorer, an empty mask
  file.writeBigUInt64LE(1n, dataOffset);
  return file;
}
