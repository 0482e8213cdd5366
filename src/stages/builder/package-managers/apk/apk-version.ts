/** Suffixes in their order; none is between `_rc` and `_cvs`. apk-package(5), "pkgver". */
const suffixes = ['_alpha', '_beta', '_pre', '_rc', '', '_cvs', '_svn', '_git', '_hg', '_p'];

/** `1.2.3a_rc4_p5-r6` in parts. */
interface Version {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly (readonly [rank: number, number: number])[];
  readonly release: number;
}

function splitVersion(text: string): Version {
  const [, numbers = '', letter = '', suffix = '', release = '0'] =
    /^(\d+(?:\.\d+)*)([a-z]?)((?:_[a-z]+\d*)*)(?:~[0-9a-f]+)?(?:-r(\d+))?/.exec(text) ?? [];
  return {
    numbers: numbers.split('.'),
    letter,
    suffixes: [...suffix.matchAll(/(_[a-z]+)(\d*)/g)].map(([, name = '', number]) => [
      suffixes.indexOf(name),
      Number(number),
    ]),
    release: Number(release),
  };
}

const none: readonly [number, number] = [suffixes.indexOf(''), 0];

/** Orders two versions as apk does: negative, zero or positive. Used to list them, never to choose. */
export function compareApkVersions(a: string, b: string): number {
  const [left, right] = [splitVersion(a), splitVersion(b)];
  return (
    compareLists(left.numbers, right.numbers, '-1', (x, y) => Number(x) - Number(y)) ||
    compareText(left.letter, right.letter) ||
    compareLists(left.suffixes, right.suffixes, none, (x, y) => x[0] - y[0] || x[1] - y[1]) ||
    left.release - right.release
  );
}

function compareLists<T>(
  a: readonly T[],
  b: readonly T[],
  missing: T,
  compare: (a: T, b: T) => number,
): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const order = compare(a[at] ?? missing, b[at] ?? missing);
    if (order !== 0) return order;
  }
  return 0;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
