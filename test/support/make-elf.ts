/** What a made-up program or library says to its loader. */
export interface ElfSpec {
  readonly class?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly machine?: number;
  readonly type?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly soname?: string;
  readonly rpath?: string;
  readonly runpath?: string;
}

const headerBytes = { 32: 52, 64: 64 } as const;
const segmentBytes = { 32: 32, 64: 56 } as const;
const loadAddress = 0x10000;

/** The smallest file that says so: headers, three segments, strings; no code. */
export function makeElf(spec: ElfSpec = {}): Buffer {
  const elfClass = spec.class ?? 64;
  const put = writer(elfClass, spec.littleEndian ?? true);
  const strings = makeStrings();
  const tags: [number, number][] = [
    ...(spec.needed ?? []).map((name): [number, number] => [1, strings.add(name)]),
    ...(spec.soname === undefined ? [] : [[14, strings.add(spec.soname)] as [number, number]]),
    ...(spec.rpath === undefined ? [] : [[15, strings.add(spec.rpath)] as [number, number]]),
    ...(spec.runpath === undefined ? [] : [[29, strings.add(spec.runpath)] as [number, number]]),
  ];
  const interpreter = Buffer.from(spec.interpreter === undefined ? '' : `${spec.interpreter}\0`);
  const segmentCount = spec.interpreter === undefined ? 2 : 3;
  const interpreterAt = headerBytes[elfClass] + segmentCount * segmentBytes[elfClass];
  const stringsAt = interpreterAt + interpreter.length;
  const dynamicAt = stringsAt + strings.bytes().length;
  const dynamic = [...tags, [5, loadAddress + stringsAt], [0, 0]].flatMap(([tag = 0, value = 0]) => [
    put.address(tag),
    put.address(value),
  ]);
  const size = dynamicAt + Buffer.concat(dynamic).length;
  const ident = [0x7f, 0x45, 0x4c, 0x46, elfClass / 32, spec.littleEndian === false ? 2 : 1, 1, 0];
  return Buffer.concat([
    Buffer.from([...ident, 0, 0, 0, 0, 0, 0, 0, 0]),
    ...[put.short(spec.type ?? 3), put.short(spec.machine ?? 62), put.word(1), put.address(0)],
    ...[put.address(headerBytes[elfClass]), put.address(0), put.word(0), put.short(headerBytes[elfClass])],
    ...[segmentBytes[elfClass], segmentCount, 0, 0, 0].map(put.short),
    put.segment(1, 0, size),
    put.segment(2, dynamicAt, size - dynamicAt),
    ...(spec.interpreter === undefined ? [] : [put.segment(3, interpreterAt, interpreter.length)]),
    interpreter,
    strings.bytes(),
    ...dynamic,
  ]);
}

function makeStrings() {
  const parts = ['\0'];
  return {
    add(text: string): number {
      const offset = Buffer.byteLength(parts.join(''));
      parts.push(`${text}\0`);
      return offset;
    },
    bytes: () => Buffer.from(parts.join('')),
  };
}

function writer(elfClass: 32 | 64, littleEndian: boolean) {
  const number = (bytes: number) => (value: number) => {
    const buffer = Buffer.alloc(bytes);
    const used = Math.min(bytes, 6);
    if (littleEndian) buffer.writeUIntLE(value, 0, used);
    else buffer.writeUIntBE(value, bytes - used, used);
    return buffer;
  };
  const [short, word, address] = [number(2), number(4), number(elfClass / 8)];
  const segment = (type: number, offset: number, size: number): Buffer => {
    const flags = word(4);
    const places = [offset, loadAddress + offset, loadAddress + offset, size, size].map(address);
    return Buffer.concat(
      elfClass === 64
        ? [word(type), flags, ...places, address(8)]
        : [word(type), ...places, flags, address(8)],
    );
  };
  return { short, word, address, segment };
}
