import { KublerError } from '../../../../errors.ts';
import { didYouMean } from '../../../../model/suggest.ts';

/** Name → versions, newest first, of every package of the index. */
type Versions = ReadonlyMap<string, readonly string[]>;

const unknownName = [
  /^E: Unable to locate package (\S+)/m,
  /^E: Package '([^']+)' has no installation candidate/m,
  /^E: Couldn't find any package by (?:regex|glob) '([^']+)'/m,
];
const unknownVersion = /^E: Version '([^']+)' for '([^']+)' was not found/m;

/**
 * Why apt-get refused to install, in apt's own words, with what was probably meant; undefined when its output does
 * not say. `readVersions` is only called when a name or version is unknown.
 */
export async function explainAptFailure(
  output: string,
  readVersions: () => Promise<Versions>,
  subject: string,
): Promise<KublerError | undefined> {
  const [unknown] = unknownName.flatMap((pattern) => pattern.exec(output) ?? []).slice(1);
  if (unknown !== undefined) return unknownPackage(subject, unknown, output, await readVersions());
  const [, version, name] = unknownVersion.exec(output) ?? [];
  if (version !== undefined && name !== undefined) {
    const known = (await readVersions()).get(name) ?? [];
    return refuse(subject, `${name}=${version}`, output, `the index has ${known.join(', ') || 'none'}`);
  }
  const details = blockAfter('The following packages have unmet dependencies:', output);
  if (details.length === 0) return undefined;
  return new KublerError('PACKAGE_UNKNOWN', `cannot install the packages of ${subject}: unmet dependencies`, {
    details,
  });
}

function unknownPackage(subject: string, asked: string, output: string, versions: Versions): KublerError {
  const name = asked.replace(/:.*/, '');
  const providers = blockAfter(`Package ${name} is a virtual package provided by:`, output);
  const near =
    providers.length > 0 ? 'name one of the packages that provide it' : didYouMean(name, versions.keys());
  const elsewhere =
    '`kubler update` refreshes the package index; apt.components and apt.sources say what it covers';
  return refuse(subject, asked, output, near ?? elsewhere, providers);
}

/** The indented lines that apt prints below a heading. */
function blockAfter(heading: string, output: string): string[] {
  const lines = output.split('\n');
  const start = lines.indexOf(heading) + 1;
  if (start === 0) return [];
  const length = lines.slice(start).findIndex((line) => !line.startsWith(' '));
  return lines.slice(start, length < 0 ? undefined : start + length).map((line) => line.trim());
}

function refuse(
  subject: string,
  name: string,
  output: string,
  hint: string,
  details: readonly string[] = [],
): KublerError {
  const reason = /^E: (.*)/m.exec(output)?.[1] ?? 'it refused';
  const message = `cannot install package "${name}" of ${subject}: apt says: ${reason}`;
  return new KublerError('PACKAGE_UNKNOWN', message, { hint, details });
}
