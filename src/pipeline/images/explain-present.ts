import { findCommand } from '../../model/find-command.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { Absent } from '../../model/absent.ts';
import { isBelow, type Reason, type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';
import { commandPlaces } from '../../oci/command-places.ts';
import { programsIn, startedCommands } from '../../oci/started-commands.ts';
import {
  broken,
  dependents,
  dependentsOf,
  leaveWith,
  measure,
  packageChain,
  type Dependent,
} from '../../stages/explain/index.ts';
import type { Explained } from './explained.ts';

/** What removing something does. */
export interface RemovalReport {
  readonly bytes: number;
  /** Packages that are there for it alone. */
  readonly packages: readonly string[];
  /** Files that would lack something. */
  readonly breaks: readonly Dependent[];
}

interface Report {
  /** Path, absolute, or package. */
  readonly subject: string;
  readonly files: number;
  readonly bytes: number;
  /** The image that brought it, if not this one. */
  readonly parent?: ImageId;
  /** From a package that was asked for to the one it is of; unknown without. */
  readonly askedFor?: readonly string[];
  readonly askedBy?: ImageId;
  /** Instructions whose command is of it. */
  readonly startedBy: readonly string[];
  /** Files outside that need something of it. */
  readonly neededBy: readonly Dependent[];
  readonly removal: RemovalReport;
}

export interface PathReport extends Report {
  readonly kind: 'path';
  readonly type: TreeEntry['type'];
  /** Of a link. */
  readonly target?: string;
  /** Whose it is, in words: `package jq 1.6-2.1`, `hook finish_rootfs_build`. */
  readonly from: string;
  /** With CARVE='reach': from what is started to the file, each with how it is reached. */
  readonly reached?: readonly { readonly path: string; readonly how: string }[];
}

export interface PackageReport extends Report {
  readonly kind: 'package';
  readonly version: string;
  readonly architecture: string;
  /** Packages that depend on it. */
  readonly dependents: readonly string[];
  /** Files of it that are not there, by what left them out. */
  readonly absent: Readonly<Partial<Record<Absent['by'], number>>>;
}

/** @param path of something in the tree */
export function explainPath(image: Explained, path: string): PathReport {
  const { tree } = image;
  const entry = tree.rootfs.get(path) as TreeEntry;
  const { origin, type } = entry;
  const isRemoved = (each: string): boolean => each === path || isBelow(each, (folder) => folder === path);
  const owner = origin?.kind === 'package' ? origin.name : undefined;
  const reached = reachedBy(tree.rootfs, path);
  return {
    ...{ kind: 'path', subject: `/${path}`, type, from: describeOrigin(image, entry) },
    ...(entry.type === 'symlink' && { target: entry.target }),
    ...commonReport(image, owner, isRemoved, []),
    // Of a file that has other names nothing is freed.
    ...(entry.type === 'file' && { bytes: entry.size }),
    ...(reached.length > 0 && { reached }),
  };
}

export function explainPackage(image: Explained, name: string): PackageReport {
  const { tree, graph, packages } = image;
  const { version = '', architecture = '' } = packages.get(name) ?? {};
  // A cut image has not all that its packages asked for.
  const isHere = (each: string): boolean => packages.has(each);
  const leaving = graph ? leaveWith(graph, name).filter(isHere) : [];
  const gone = new Set([name, ...leaving]);
  const ownerOf = (path: string): string => {
    const origin = tree.rootfs.get(path)?.origin;
    return origin?.kind === 'package' && tree.rootfs.get(path)?.type !== 'directory' ? origin.name : '';
  };
  const absent: Partial<Record<Absent['by'], number>> = {};
  for (const each of tree.absent?.values() ?? [])
    if (each.package === name) absent[each.by] = (absent[each.by] ?? 0) + 1;
  const common = commonReport(image, name, (path) => gone.has(ownerOf(path)), leaving);
  const own = measureOf(image, (path) => ownerOf(path) === name);
  return {
    ...{ kind: 'package', subject: name, version, architecture, ...common, ...own, absent },
    dependents: graph ? dependentsOf(graph, name).filter(isHere) : [],
  };
}

function commonReport(
  image: Explained,
  owner: string | undefined,
  isRemoved: (path: string) => boolean,
  packages: readonly string[],
): Omit<Report, 'subject'> {
  const { tree, needs, needsWithout, graph, parent } = image;
  const neededBy = dependents(tree.rootfs, { needs, isRemoved });
  const breaks = broken(neededBy, { needs, without: needsWithout(isRemoved), isRemoved });
  const { files, bytes } = measureOf(image, isRemoved);
  const removed = [...tree.rootfs.keys()].filter(isRemoved);
  const isParents = removed.length > 0 && removed.every((path) => isSame(tree.rootfs, parent?.rootfs, path));
  const askedFor = owner !== undefined && graph ? packageChain(graph, owner) : undefined;
  const askedBy = graph?.asked[askedFor?.[0] ?? ''];
  return {
    ...{ files, bytes, startedBy: startedBy(image, isRemoved) },
    ...{ neededBy, removal: { bytes, packages, breaks } },
    ...(isParents && parent && { parent: parent.id }),
    ...(askedFor && { askedFor }),
    ...(askedBy !== undefined && { askedBy }),
  };
}

/** Instructions whose command is one of some paths, or reached by one. */
function startedBy({ tree, config }: Explained, has: (path: string) => boolean): readonly string[] {
  const places = commandPlaces(config);
  const isStarted = (program: string): boolean => {
    const found = findCommand(tree.rootfs, program, places);
    return found.found && [...found.links, found.path].some(has);
  };
  return startedCommands(config)
    .filter(({ words }) => programsIn(words).some(isStarted))
    .map(({ instruction }) => instruction);
}

function isSame(tree: Rootfs, parent: Rootfs | undefined, path: string): boolean {
  const [own, above] = [tree.get(path), parent?.get(path)];
  if (!own || own.type !== above?.type) return false;
  return own.type !== 'file' || (above.type === 'file' && own.sha256 === above.sha256);
}

/** Files and bytes of some paths; what has another hard link elsewhere frees nothing. */
function measureOf({ tree }: Explained, has: (path: string) => boolean): { files: number; bytes: number } {
  const all = [...tree.rootfs.values()];
  const whole = measure(tree.rootfs, tree.facts).bytes;
  const rest = measure(
    new Map(all.filter(({ path }) => !has(path)).map((each) => [each.path, each])),
    tree.facts,
  );
  const files = all.filter(({ path, type }) => type !== 'directory' && has(path)).length;
  return { files, bytes: whole - rest.bytes };
}

function describeOrigin({ packages, graph }: Explained, { origin }: TreeEntry): string {
  if (!origin) return 'no package';
  switch (origin.kind) {
    case 'package': {
      const { version, architecture } = packages.get(origin.name) ?? {};
      if (version === undefined) return `package ${origin.name}${graph ? ', kept by KEEP' : ''}`;
      return `package ${origin.name} ${version} (${architecture})`;
    }
    case 'hook':
      return `hook ${origin.hook}`;
    case 'script':
      return 'a maintainer script';
    case 'kubler':
      return 'Kubler itself';
    case 'dockerfile':
      return `Dockerfile.template:${origin.line}`;
  }
}

/** The stored chain of CARVE='reach', entry point first; a loop ends it. */
function reachedBy(tree: Rootfs, path: string): readonly { readonly path: string; readonly how: string }[] {
  const chain: { path: string; how: string }[] = [];
  const seen = new Set<string>();
  for (let at: string | undefined = path; at !== undefined && !seen.has(at);) {
    seen.add(at);
    const reason: Reason | undefined = tree.get(at)?.reason;
    if (!reason) break;
    chain.unshift({ path: `/${at}`, how: reason.how });
    at = reason.from;
  }
  return chain;
}
