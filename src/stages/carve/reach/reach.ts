import { countRemoved } from '../../../model/count-removed.ts';
import type { TreeFacts } from '../../../model/file-facts.ts';
import { namesNothing, type Finding } from '../../../model/finding.ts';
import type { LeftOut } from '../../../model/receipt.ts';
import { compareBytes, type Reason, type Rootfs, type TreeEntry } from '../../../model/tree-entry.ts';
import { findNeeds } from '../../needs/index.ts';
import { withParents } from '../path-sets.ts';
import { belongings, looseLinks, packageOf } from './belongings.ts';
import { follow } from './follow.ts';
import { findRoots, named, type RootsOptions } from './roots.ts';

export interface ReachOptions extends RootsOptions {
  /** Facts of `tree`. */
  readonly facts: TreeFacts;
  /** Package → the one that pulled it in; undefined for one that was asked for. */
  readonly pulledBy: ReadonlyMap<string, string | undefined>;
}

export interface Reach {
  /** What is left of `rootfs`, each file with the reason. */
  readonly rootfs: Rootfs;
  /** What is not, by package, most bytes first. */
  readonly leftOut: readonly LeftOut[];
  /** Packages of which some file is left. */
  readonly packages: ReadonlySet<string>;
  /** Warnings: what REACH names in vain. */
  readonly findings: readonly Finding[];
}

/**
 * Cuts what an image adds down to the files that its entry points, and what REACH names, need; `docs/carving.md` has
 * the rules. Pure. Files and bytes of `leftOut` sum up to the difference of the trees.
 */
export function reach(options: ReachOptions): Reach {
  const { rootfs, tree, facts, config } = options;
  const needs = findNeeds({ tree, facts, config });
  const roots = findRoots(options);
  const reached = follow(needs, roots);
  const wanted = new Map([...reached, ...belongings({ ...options, reached })]);
  const kept = new Map([...wanted, ...looseLinks({ rootfs, tree, kept: wanted })]);
  const folders = keptFolders(rootfs, kept);
  const stays = ({ path, type }: TreeEntry): boolean =>
    type === 'directory' ? folders.has(path) : kept.has(path);
  const left = [...rootfs.values()].filter(stays);
  const removed = [...rootfs.values()].filter((entry) => !stays(entry));
  const idle = options.reach.filter((glob) => named(rootfs, glob).length === 0);
  return {
    rootfs: new Map(left.map((entry) => [entry.path, withReason(entry, kept.get(entry.path))])),
    leftOut: leftOutOf(rootfs, removed),
    packages: new Set(left.flatMap((entry) => (entry.type === 'directory' ? [] : (packageOf(entry) ?? [])))),
    findings: idle.map((glob) => namesNothing('reach', 'REACH', glob, 'ask for the package that has it')),
  };
}

/** Folders that something is in, that were named, and empty ones that the build made. */
function keptFolders(rootfs: Rootfs, kept: ReadonlyMap<string, Reason>): ReadonlySet<string> {
  const full = withParents(
    [...rootfs.values()].flatMap(({ path, type }) => (type === 'directory' ? [] : [path])),
  );
  const empty = [...rootfs.values()].filter(
    (entry) => entry.type === 'directory' && packageOf(entry) === undefined && !full.has(entry.path),
  );
  return withParents([...kept.keys(), ...empty.map(({ path }) => path)]);
}

const withReason = (entry: TreeEntry, reason: Reason | undefined): TreeEntry =>
  reason === undefined ? entry : { ...entry, reason };

function leftOutOf(rootfs: Rootfs, removed: readonly TreeEntry[]): readonly LeftOut[] {
  const byPath = new Map(removed.map((entry) => [entry.path, packageOf(entry) ?? 'no package']));
  return countRemoved(rootfs, byPath)
    .map(({ rule, ...counts }) => ({ package: rule, ...counts }))
    .sort((a, b) => b.bytes - a.bytes || compareBytes(a.package, b.package));
}
