import { KublerError } from '../../../../errors.ts';
import { didYouMean } from '../../../../model/suggest.ts';
import type { ApkPackage } from './parse-index.ts';
import { relationName } from './parse-index.ts';

/** What apk says once the solver gives up. */
const heading = /^ERROR: unable to select packages:$/m;
const unknown = /^ {2}(\S+) \(no such package\):$/;

/**
 * Why apk would not install packages, in apk's own words, with what was probably meant: a fault for each name that was asked
 * for and that no package has; one for everything else; none when its output does not say.
 */
export async function explainApkFailure(
  output: string,
  readOffers: () => Promise<readonly ApkPackage[]>,
  subject: string,
): Promise<readonly KublerError[]> {
  if (tooOld.test(output)) return [olderThanIndex(subject)];
  const blocks = splitBlocks(output);
  if (blocks.length === 0) return [];
  const missing = blocks.flatMap((block) => askedFor(block));
  const rest = blocks.filter((block) => askedFor(block).length === 0).flat();
  const known = missing.length === 0 ? [] : knownNames(await readOffers());
  const faults = missing.map((name) => {
    const message = `cannot install package "${name}" of ${subject}: no repository has it`;
    return new KublerError('PACKAGE_UNKNOWN', message, { hint: didYouMean(name, known) ?? elsewhere });
  });
  if (rest.length === 0) return faults;
  const message = `cannot install the packages of ${subject}: apk finds no way to have all they need`;
  return [...faults, new KublerError('PACKAGE_UNKNOWN', message, { details: rest, ...hintFor(rest) })];
}

/** What resolve.sh says. */
const tooOld = /^this apk reads no repository of version 3$/m;

const olderThanIndex = (subject: string): KublerError =>
  new KublerError(
    'CONFIG_INVALID',
    `cannot install the packages of ${subject}: apk 2 reads no index of version 3`,
    {
      hint: 'take a base with apk 3, or repositories with an APKINDEX.tar.gz as `apk index` makes it',
    },
  );

/** A heading with the lines below it, for each thing apk complains of. */
function splitBlocks(output: string): readonly (readonly string[])[] {
  const start = heading.exec(output);
  if (!start) return [];
  const blocks: string[][] = [];
  for (const line of output.slice(start.index + start[0].length + 1).split('\n')) {
    if (!line.startsWith('  ')) break;
    if (/^ {2}\S/.test(line)) blocks.push([line]);
    else blocks.at(-1)?.push(line);
  }
  return blocks;
}

/** The name in a block that says that a name asked for is unknown; none for what another package needs. */
function askedFor([first = '', ...rest]: readonly string[]): readonly string[] {
  const [, name] = unknown.exec(first) ?? [];
  return name !== undefined && rest.some((line) => / (?:required by:)? *world\[/.test(line)) ? [name] : [];
}

const knownNames = (offers: readonly ApkPackage[]): readonly string[] => [
  ...new Set(offers.flatMap(({ name, provides }) => [name, ...provides.map(relationName)])),
];

function hintFor(lines: readonly string[]): { readonly hint?: string } {
  const text = lines.join('\n');
  if (text.includes("note: please select one of the 'provided by'"))
    return { hint: 'name one of the packages that provide it in _packages' };
  return text.includes('(no such package)') ? { hint: elsewhere } : {};
}

const elsewhere =
  '`kubler update` refreshes the package index; apk.repositories of kubler.config.yaml says what it covers';
