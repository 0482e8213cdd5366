/** A package and its version: `dev-libs/greet-2.0-r1`. */
export interface PackageName {
  /** `dev-libs/greet` */
  readonly name: string;
  /** With its revision, if that is not 0: `2.0-r1`. */
  readonly version: string;
}

const versionPattern = String.raw`\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?`;
const fullName = new RegExp(`^([\\w+.-]+/[\\w+-]+?)-(${versionPattern})$`);

/** Takes `category/name-version` apart (Package Manager Specification, 3.1 and 3.2); undefined for other texts. */
export function splitName(text: string): PackageName | undefined {
  const [, name, version] = fullName.exec(text) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

interface Version {
  readonly numbers: readonly string[];
  readonly letter: string;
  readonly suffixes: readonly (readonly [kind: string, number: string])[];
  readonly revision: string;
}

function parseVersion(text: string): Version {
  const [, numbers = '', letter = '', suffixes = '', revision = '0'] =
    /^([\d.]*)([a-z]?)((?:_[a-z]+\d*)*)(?:-r(\d+))?$/.exec(text) ?? [];
  const kinds = [...suffixes.matchAll(/_([a-z]+)(\d*)/g)];
  return {
    numbers: numbers.split('.'),
    letter,
    suffixes: kinds.map(([, kind = '', number = '']) => [kind, number] as const),
    revision,
  };
}

/** Orders two versions as Portage does (Package Manager Specification, 3.3): negative, zero or positive. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  return (
    compareComponents(left.numbers, right.numbers) ||
    compareText(left.letter, right.letter) ||
    compareSuffixes(left.suffixes, right.suffixes) ||
    compareNumbers(left.revision, right.revision)
  );
}

/** The first by value; another one that starts with 0 as a decimal fraction. */
function compareComponents(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left = '', right = ''] = [a[index], b[index]];
    const isFraction = index > 0 && (left.startsWith('0') || right.startsWith('0'));
    const order = isFraction
      ? compareText(left.replace(/0+$/, ''), right.replace(/0+$/, ''))
      : compareNumbers(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** No suffix stands between `_rc` and `_p`. */
const suffixOrder = ['alpha', 'beta', 'pre', 'rc', '', 'p'];

function compareSuffixes(a: Version['suffixes'], b: Version['suffixes']): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [[kindA, numberA], [kindB, numberB]] = [a[index] ?? ['', ''], b[index] ?? ['', '']];
    const order = suffixOrder.indexOf(kindA) - suffixOrder.indexOf(kindB) || compareNumbers(numberA, numberB);
    if (order !== 0) return order;
  }
  return 0;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Numbers of any length; none is 0. */
function compareNumbers(a: string, b: string): number {
  const [plainA, plainB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return plainA.length - plainB.length || compareText(plainA, plainB);
}
