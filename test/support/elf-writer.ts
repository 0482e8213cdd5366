interface Header {
  readonly type: number;
  readonly machine: number;
  readonly flags: number;
  readonly osAbi: number;
  readonly segmentCount: number;
}

export type ElfWriter = ReturnType<typeof elfWriter>;

/** Writes the parts of ELF files of one class and byte order (System V ABI, chapters 4 and 5; glibc's elf.h). */
export function elfWriter(elfClass: 32 | 64, littleEndian: boolean) {
  const number = (bytes: number) => (value: number) => {
    const buffer = Buffer.alloc(bytes);
    const used = Math.min(bytes, 6);
    if (littleEndian) buffer.writeUIntLE(value, 0, used);
    else buffer.writeUIntBE(value, bytes - used, used);
    return buffer;
  };
  const [short, word, address] = [number(2), number(4), number(elfClass / 8)];
  const wide = elfClass === 64;
  const [headerBytes, segmentBytes] = wide ? [64, 56] : [52, 32];
  const ident = (osAbi: number): Buffer =>
    Buffer.from([
      0x7f,
      0x45,
      0x4c,
      0x46,
      elfClass / 32,
      littleEndian ? 1 : 2,
      1,
      osAbi,
      ...Array<number>(8).fill(0),
    ]);
  return {
    ...{ headerBytes, segmentBytes, address },
    header: ({ type, machine, flags, osAbi, segmentCount }: Header): Buffer =>
      Buffer.concat([
        ...[ident(osAbi), short(type), short(machine), word(1), address(0)],
        ...[address(headerBytes), address(0), word(flags), short(headerBytes)],
        ...[segmentBytes, segmentCount, 0, 0, 0].map(short),
      ]),
    segment: (type: number, offset: number, size: number, base: number): Buffer => {
      const places = [offset, base + offset, base + offset, size, size].map(address);
      const parts = wide ? [word(4), ...places] : [...places, word(4)];
      return Buffer.concat([word(type), ...parts, address(type === 4 ? 4 : 8)]);
    },
    note: (text: string): Buffer =>
      Buffer.concat([
        ...[4, text.length + 1, 0x407c0c0a].map(word),
        Buffer.from('FDO\0'),
        Buffer.from(text.padEnd(Math.ceil((text.length + 1) / 4) * 4, '\0')),
      ]),
    versionsNeeded: (
      files: readonly { file: number; versions: readonly { name: number; flags: number }[] }[],
    ): Buffer =>
      Buffer.concat(
        files.map(({ file, versions }, index) => {
          const next = index === files.length - 1 ? 0 : 16 * (versions.length + 1);
          const aux = versions.map(({ name, flags }, at) => {
            const isLast = at === versions.length - 1;
            return Buffer.concat([word(0), short(flags), short(0), word(name), word(isLast ? 0 : 16)]);
          });
          return Buffer.concat([short(1), short(versions.length), word(file), word(16), word(next), ...aux]);
        }),
      ),
    /** The first is the name of the file. */
    versionsDefined: (names: readonly number[]): Buffer =>
      Buffer.concat(
        names.map((name, index) => {
          const next = index === names.length - 1 ? 0 : 28;
          const head = [1, index === 0 ? 1 : 0, index + 1, 1].map(short);
          return Buffer.concat([...head, ...[0, 20, next, name, 0].map(word)]);
        }),
      ),
    /** After the empty one that every table begins with. */
    symbols: (symbols: readonly { name: number; section: number }[]): Buffer =>
      Buffer.concat(
        [{ name: 0, section: 0 }, ...symbols].map(({ name, section }) => {
          const [rest, kind] = [
            [address(0), address(0)],
            [Buffer.from([0x12, 0]), short(section)],
          ];
          return Buffer.concat([word(name), ...(wide ? [...kind, ...rest] : [...rest, ...kind])]);
        }),
      ),
    gnuHash: (firstDefined: number): Buffer =>
      Buffer.concat([...[1, firstDefined, 1, 0].map(word), address(0), word(firstDefined)]),
  };
}
