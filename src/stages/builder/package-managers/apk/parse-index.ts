/** A package as an index, or the database of a root, describes it: apk-v2(5), "Index format". */
export interface ApkPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** `Q1…`: SHA-1 of its control part; `Q2…`: SHA-256. */
  readonly checksum: string;
  /** Of its file. */
  readonly sizeBytes: number;
  /** When it was built, seconds since 1970. */
  readonly builtAt: number;
  /** Names it also answers to, with their versions taken off: `so:libz.so.1`, `cmd:sh`, `/bin/sh`. */
  readonly provides: readonly string[];
  /** Among the providers of a name, the largest is taken; without one nobody is. */
  readonly priority: number;
}

/** The packages of an index in its order; what has no name, version or checksum is left out. */
export function parseApkIndex(text: string): ApkPackage[] {
  return text.split('\n\n').flatMap((block) => {
    const item = parsePackage(block);
    return item ? [item] : [];
  });
}

function parsePackage(block: string): ApkPackage | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) if (line[1] === ':') fields.set(line.slice(0, 1), line.slice(2));
  const field = (letter: string): string => fields.get(letter) ?? '';
  const [name, version, checksum] = [field('P'), field('V'), field('C')];
  if (name === '' || version === '' || !/^Q[12]/.test(checksum)) return undefined;
  return {
    name,
    version,
    checksum,
    architecture: field('A'),
    sizeBytes: Number(field('S')) || 0,
    builtAt: Number(field('t')) || 0,
    provides: field('p').split(' ').filter(Boolean).map(relationName),
    priority: Number(field('k')) || 0,
  };
}

/** `so:libz.so.1=1.2` → `so:libz.so.1`; apk-package(5), "Dependency format". */
export const relationName = (relation: string): string => relation.replace(/[<>=~@].*$/s, '');
