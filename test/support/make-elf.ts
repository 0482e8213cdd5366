import type { ElfFacts } from '../../src/model/file-facts.ts';
import { elfWriter, type ElfWriter } from './elf-writer.ts';

/** What a made-up program or library says to its loader. */
export interface ElfSpec extends Partial<Omit<ElfFacts, 'rpath' | 'runpath' | 'dlopen'>> {
  readonly type?: number;
  readonly rpath?: string;
  readonly runpath?: string;
  /** Symbols it takes from elsewhere, after one that it defines itself. */
  readonly imports?: readonly string[];
  /** The texts of its notes: JSON. */
  readonly dlopen?: readonly string[];
}

const loadAddress = 0x10000;

/** The smallest file that says so: headers, segments, strings and tables; no code. */
export function makeElf(spec: ElfSpec = {}): Buffer {
  const put = elfWriter(spec.class ?? 64, spec.littleEndian ?? true);
  const strings = makeStrings();
  const names: [number, number][] = [
    ...(spec.needed ?? []).map((name): [number, number] => [1, strings.add(name)]),
    ...(spec.soname === undefined ? [] : [[14, strings.add(spec.soname)] as [number, number]]),
    ...(spec.rpath === undefined ? [] : [[15, strings.add(spec.rpath)] as [number, number]]),
    ...(spec.runpath === undefined ? [] : [[29, strings.add(spec.runpath)] as [number, number]]),
  ];
  const tables = tablesOf(spec, put, (text) => strings.add(text));
  const interpreter = Buffer.from(spec.interpreter === undefined ? '' : `${spec.interpreter}\0`);
  const notes = Buffer.concat((spec.dlopen ?? []).map((text) => put.note(text)));
  const segmentCount = 2 + Number(interpreter.length > 0) + Number(notes.length > 0);
  const interpreterAt = put.headerBytes + segmentCount * put.segmentBytes;
  const notesAt = interpreterAt + interpreter.length;
  const addresses: [number, number][] = [];
  let at = notesAt + notes.length;
  for (const [tag, bytes] of [[5, strings.bytes()] as const, ...tables]) {
    addresses.push([tag, loadAddress + at]);
    at += bytes.length;
  }
  const dynamic = Buffer.concat(
    [...names, ...addresses, [0, 0]].flatMap((pair) => pair.map((each) => put.address(each))),
  );
  return Buffer.concat([
    put.header({ type: 3, machine: 62, flags: 0, osAbi: 0, ...spec, segmentCount }),
    put.segment(1, 0, at + dynamic.length, loadAddress),
    put.segment(2, at, dynamic.length, loadAddress),
    ...(interpreter.length > 0 ? [put.segment(3, interpreterAt, interpreter.length, loadAddress)] : []),
    ...(notes.length > 0 ? [put.segment(4, notesAt, notes.length, loadAddress)] : []),
    ...[interpreter, notes, strings.bytes(), ...tables.map(([, bytes]) => bytes), dynamic],
  ]);
}

/** Tables by the tag that says where they are. */
function tablesOf(
  spec: ElfSpec,
  put: ElfWriter,
  add: (text: string) => number,
): readonly (readonly [number, Buffer])[] {
  const { versionsNeeded, versionsDefined, imports } = spec;
  const needed = (versionsNeeded ?? []).map(({ file, versions, weak = [] }) => ({
    file: add(file),
    versions: [
      ...versions.map((name) => ({ name: add(name), flags: 0 })),
      ...weak.map((name) => ({ name: add(name), flags: 2 })),
    ],
  }));
  const defined = versionsDefined && [spec.soname ?? '', ...versionsDefined].map(add);
  const symbols = imports && [...imports.map(add).map((name) => ({ name, section: 0 }))];
  return [
    ...(versionsNeeded ? [[0x6ffffffe, put.versionsNeeded(needed)] as const] : []),
    ...(defined ? [[0x6ffffffc, put.versionsDefined(defined)] as const] : []),
    ...(symbols ? [[6, put.symbols([...symbols, { name: add('own'), section: 1 }])] as const] : []),
    ...(symbols ? [[0x6ffffef5, put.gnuHash(symbols.length + 1)] as const] : []),
  ];
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
