import { assert } from '../../../../errors.ts';
import type { FrozenSource } from './frozen-index.ts';

/** Where containers see the `apt/` folder of an index, and the packages they are to install. */
const indexDir = '/.kubler-apt';
const archivesDir = '/.kubler-archives';

/**
 * The address containers know a source by, for its position in the index. Mirrors are not named there: they may
 * change, or have a password, and no image shall depend on them.
 */
export const sourceUri = (position: number): string => `http://kubler.invalid/${position}`;

/** The address at the mirror in use, `uris` by position, for one that containers know. */
export function toMirrorUrl(url: string, uris: readonly string[]): string {
  const position = uris.findIndex((_, each) => url.startsWith(`${sourceUri(each)}/`));
  const uri = uris[position];
  assert(uri !== undefined, `no source of the index has the address ${url}`);
  return uri + url.slice(sourceUri(position).length);
}

/** `sources.list` of an index. */
export function renderSourcesList(sources: readonly FrozenSource[]): string {
  return sources
    .map(({ suite, components, packages }, position) =>
      packages.length === 0 ? '' : `deb ${sourceUri(position)} ${suite} ${components.join(' ')}\n`,
    )
    .join('');
}

/** The name apt gives in `lists/` to a file below `dists/<suite>/` of a source. */
export function listName(position: number, suite: string, path: string): string {
  return `${sourceUri(position)}/dists/${suite}/${path}`
    .replace('http://', '')
    .replace(/[\\|{}[\]<>"^~_=!@#$%*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
    .replaceAll('/', '_');
}

/**
 * apt.conf(5) for containers: the lists and packages given, read-only, and nothing else; no file is written but the
 * packages' own and dpkg's database. Caches are kept in memory.
 */
export const aptConfig = `Dir::Etc::sourcelist "${indexDir}/sources.list";
Dir::Etc::sourceparts "-";
Dir::State::lists "${indexDir}/lists";
Dir::Cache::archives "${archivesDir}";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Log "/dev";
Dir::Log::Terminal "null";
Dir::Log::History "null";
Dir::Log::Planner "null";
Debug::NoLocking "true";
Debug::SetupAPTPartialDirectory::AssumeGood "true";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
Acquire::Languages "none";
Acquire::ForceHash "SHA256";
Acquire::Check-Valid-Until "false";
DPkg::Use-Pty "false";
DPkg::Options { "--force-confdef"; "--force-confold"; "--log=/dev/null"; };
`;
