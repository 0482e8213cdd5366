import { accountNames, accountPath } from '../../model/accounts.ts';
import { countTree } from '../../model/count-removed.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { Finding } from '../../model/finding.ts';
import { isUntested } from '../../model/image-tests.ts';
import type { PackageVersion } from '../../model/package.ts';
import type { LeftOut } from '../../model/receipt.ts';
import { toRootfs, type Rootfs } from '../../model/tree-entry.ts';
import * as carve from '../../stages/carve/index.ts';
import { collectFacts } from '../../stages/needs/index.ts';
import type { EndState } from './capture-states.ts';
import type { CollectSpec } from './collect-spec.ts';
import { finishTree } from './finish-tree.ts';
import type { Build } from './with-build.ts';

interface Uncut {
  readonly end: EndState;
  readonly plan: carve.CarvePlan;
  readonly rootfs: Rootfs;
  readonly facts: TreeFacts;
  /** KEEP as globs. */
  readonly keep: readonly string[];
}

export interface CutTree {
  readonly rootfs: Rootfs;
  readonly facts: TreeFacts;
  /** Those that something is left of. */
  readonly packages: readonly PackageVersion[];
  readonly leftOut?: readonly LeftOut[];
  readonly findings: readonly Finding[];
}

/** With CARVE='reach' what is left when all that nothing needs is gone, and the accounts of that; else the same. */
export async function cutTree(build: Build, spec: CollectSpec, uncut: Uncut): Promise<CutTree> {
  const { rootfs, facts, plan } = uncut;
  const { definition, parent } = spec;
  if (definition.carve !== 'reach') return { rootfs, facts, packages: plan.packages, findings: [] };
  const below = {
    rootfs: toRootfs([...(parent?.tree.rootfs.values() ?? []), ...rootfs.values()]),
    facts: new Map([...(parent?.tree.facts ?? []), ...facts]),
  };
  const copied = await spec.copied(below);
  const reached = carve.reach({
    rootfs,
    tree: toRootfs([...below.rootfs.values(), ...copied.rootfs.values()]),
    facts: new Map([...below.facts, ...copied.facts]),
    parent: parent?.tree.rootfs ?? new Map(),
    copied: copied.rootfs.keys(),
    pulledBy: plan.reasons,
    config: spec.plan.config,
    reach: definition.reach,
    keep: uncut.keep,
  });
  const finished = finishTree(build, spec, uncut, reached.rootfs);
  const { state } = uncut.end;
  return {
    rootfs: finished,
    facts: new Map([...facts, ...(await collectFacts(accountEntries(finished)))]),
    packages: plan.packages.filter((item) => reached.packages.has(state.keyOf(item))),
    leftOut: withAccounts(reached.leftOut, accountEntries(rootfs), accountEntries(finished)),
    findings: [...reached.findings, ...(isUntested(definition.tests) ? [untested] : [])],
  };
}

const accountEntries = (rootfs: Rootfs): Rootfs =>
  new Map([...rootfs].filter(([path]) => accountNames.some((name) => accountPath(name) === path)));

/** Lines of accounts that nothing needs any more are left out, too. */
function withAccounts(leftOut: readonly LeftOut[], before: Rootfs, after: Rootfs): readonly LeftOut[] {
  const [all, left] = [countTree(before), countTree(after)];
  const gone = { files: all.files - left.files, bytes: all.bytes - left.bytes };
  if (gone.bytes === 0) return leftOut;
  const examples = [...before.keys()].map((path) => `/${path}`);
  return [...leftOut, { package: 'accounts', ...gone, examples }];
}

const untested: Finding = {
  code: 'reach',
  severity: 'warning',
  subject: 'CARVE',
  message: 'cuts the image down to what it reaches, and no test shows that it still works',
  repair: 'add a test.yaml or build-test.sh',
};
