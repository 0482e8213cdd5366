import { KublerError } from '../../../../errors.ts';
import { didYouMean } from '../../../../model/suggest.ts';

/** Name → versions, newest first, of every package of the index. */
type Versions = ReadonlyMap<string, readonly string[]>;

/** What apt says of a name it does not know, and of a version. */
const unknownName = [
  /^E: Unable to locate package (\S+)/,
  /^E: Package '([^']+)' has no installation candidate/,
  /^E: Couldn't find any package by (?:regex|glob) '([^']+)'/,
];
const unknownVersion = /^E: Version '([^']+)' for '([^']+)' was not found/;

/**
 * Why apt-get refused to install, in apt's own words, with what was probably meant: a fault for each package it does not
 * know; none when its output does not say. `readVersions` is only called when a name or version is unknown.
 */
export async function explainAptFailure(
  output: string,
  readVersions: () => Promise<Versions>,
  subject: string,
): Promise<readonly KublerError[]> {
  let versions: Versions | undefined;
  const faults = new Map<string, KublerError>();
  for (const line of output.split('\n')) {
    const refusal = readRefusal(line);
    if (!refusal || faults.has(refusal.name)) continue;
    versions ??= await readVersions();
    faults.set(refusal.name, refuse(subject, refusal, output, versions));
  }
  if (faults.size > 0) return [...faults.values()];
  const details = blockAfter('The following packages have unmet dependencies:', output);
  if (details.length === 0) return [];
  const message = `cannot install the packages of ${subject}: unmet dependencies`;
  return [new KublerError('PACKAGE_UNKNOWN', message, { details })];
}

/** One package that apt does not know. */
interface Refusal {
  readonly name: string;
  /** Set when the package is known and this version of it is not. */
  readonly version?: string;
  /** Apt's words. */
  readonly reason: string;
}

function readRefusal(line: string): Refusal | undefined {
  const reason = line.replace(/^E: /, '');
  const [, version, known] = unknownVersion.exec(line) ?? [];
  if (version !== undefined && known !== undefined) return { name: known, version, reason };
  const [name] = unknownName.flatMap((pattern) => pattern.exec(line)?.slice(1) ?? []);
  return name === undefined ? undefined : { name, reason };
}

function refuse(
  subject: string,
  { name, version, reason }: Refusal,
  output: string,
  versions: Versions,
): KublerError {
  const asked = version === undefined ? name : `${name}=${version}`;
  const message = `cannot install package "${asked}" of ${subject}: apt says: ${reason}`;
  if (version !== undefined) {
    const known = versions.get(name)?.join(', ') ?? 'none';
    return new KublerError('PACKAGE_UNKNOWN', message, { hint: `the index has ${known}` });
  }
  const bare = name.replace(/:.*/, '');
  const providers = blockAfter(`Package ${bare} is a virtual package provided by:`, output);
  const near =
    providers.length > 0 ? 'name one of the packages that provide it' : didYouMean(bare, versions.keys());
  return new KublerError('PACKAGE_UNKNOWN', message, { hint: near ?? elsewhere, details: providers });
}

const elsewhere =
  '`kubler update` refreshes the package index; apt.components and apt.sources say what it covers';

/** The indented lines that apt prints below a heading. */
function blockAfter(heading: string, output: string): string[] {
  const lines = output.split('\n');
  const start = lines.indexOf(heading) + 1;
  if (start === 0) return [];
  const length = lines.slice(start).findIndex((line) => !line.startsWith(' '));
  return lines.slice(start, length < 0 ? undefined : start + length).map((line) => line.trim());
}
