import { KublerError } from '../../../../errors.ts';
import { nearestNames } from './nearest-names.ts';

/** Name → versions, newest first, of every package of the index. */
type Versions = ReadonlyMap<string, readonly string[]>;

const unknownName = [
  /^E: Unable to locate package (\S+)/m,
  /^E: Package '([^']+)' has no installation candidate/m,
  /^E: Couldn't find any package by (?:regex|glob) '([^']+)'/m,
];
const unknownVersion = /^E: Version '([^']+)' for '([^']+)' was not found/m;

/**
 * Why apt-get refused to install, in apt's own words, with what was probably meant. `readVersions` is only called
 * when a name or version is unknown.
 */
export async function explainAptFailure(
  output: string,
  readVersions: () => Promise<Versions>,
): Promise<KublerError> {
  for (const pattern of unknownName) {
    const [line, name] = pattern.exec(output) ?? [];
    if (line !== undefined && name !== undefined) return unknownPackage(name, line, await readVersions());
  }
  const [line, version, name] = unknownVersion.exec(output) ?? [];
  if (line !== undefined && version !== undefined && name !== undefined) {
    const known = (await readVersions()).get(name) ?? [];
    return refuse(`${name}=${version}`, line, [], `the index has ${known.join(', ') || 'none'}`);
  }
  const details = unmetDependencies(output);
  const reason =
    details.length > 0 ? 'E: unmet dependencies' : (/^E: .*/m.exec(output)?.[0] ?? 'E: apt-get failed');
  return refuse(undefined, reason, details);
}

function unknownPackage(name: string, line: string, versions: Versions): KublerError {
  const near = nearestNames(name, versions.keys());
  return refuse(
    name,
    line,
    [],
    near.length > 0
      ? `did you mean ${near.map((each) => `"${each}"`).join(' or ')}?`
      : '`kubler update` refreshes the package index; apt.components and apt.sources say what it covers',
  );
}

/** The block apt prints for packages that do not fit together, without its heading. */
function unmetDependencies(output: string): string[] {
  const [, block] = /^The following packages have unmet dependencies:\n((?: .*\n?)*)/m.exec(output) ?? [];
  return (block ?? '')
    .split('\n')
    .map((line) => line.slice(1).trimEnd())
    .filter((line) => line !== '');
}

function refuse(name: string | undefined, line: string, details: string[], hint?: string): KublerError {
  const object = name === undefined ? 'the packages' : `package "${name}"`;
  return new KublerError(
    'PACKAGE_UNKNOWN',
    `cannot install ${object}: ${line.replace(/^E: /, 'apt says: ')}`,
    {
      details,
      ...(hint === undefined ? {} : { hint }),
    },
  );
}
