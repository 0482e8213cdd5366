import { throwFaults } from '../../errors.ts';
import type { AbsentPaths } from '../../model/absent.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { Finding } from '../../model/finding.ts';
import type { PackageVersion } from '../../model/package.ts';
import type { Dropped, LeftOut, Receipt } from '../../model/receipt.ts';
import { toRootfs, type Rootfs } from '../../model/tree-entry.ts';
import { spool, type FilledTarget } from '../../stages/builder/index.ts';
import * as carve from '../../stages/carve/index.ts';
import { collectFacts } from '../../stages/needs/index.ts';
import { findSecretTexts, settleKeystores } from '../../stages/prune/index.ts';
import { readSpool } from '../../stages/rootfs/index.ts';
import { captureEnd, type EndState } from './capture-states.ts';
import type { CollectSpec } from './collect-spec.ts';
import { cutTree } from './cut-tree.ts';
import { finishTree } from './finish-tree.ts';
import { findAbsent } from './find-absent.ts';
import { listDropped } from './list-dropped.ts';
import { heldBackFinding, keptBy, pruneTree } from './prune-tree.ts';
import type { Build } from './with-build.ts';

export interface CollectedTree {
  /** What this image adds or changes, and what of the parent's it still has to compare with. */
  readonly rootfs: Rootfs;
  /** Facts of its files. */
  readonly facts: TreeFacts;
  /** All that packages came with, and what left it out if it is not there in the end. */
  readonly shipped: AbsentPaths;
  /** See `CarvePlan`. */
  readonly reasons: carve.CarvePlan['reasons'];
  readonly links: carve.CarvePlan['links'];
  /** Paths of the parent image that are gone. */
  readonly deleted: readonly string[];
  readonly packages: readonly PackageVersion[];
  readonly receipts: readonly Receipt[];
  readonly dropped: readonly Dropped[];
  /** With CARVE='reach': what packages have besides. */
  readonly leftOut?: readonly LeftOut[];
  /** Warnings. */
  readonly findings: readonly Finding[];
}

/** From a filled target root to what the image adds: carve, spool, prune, and cut to what is reached. */
export async function collectTree(build: Build, spec: CollectSpec): Promise<CollectedTree> {
  const { context, epoch } = build;
  const parentPackages = spec.parent?.record.packages ?? [];
  context.progress({ kind: 'stage', task: context.subject, stage: 'carve' });
  const end = await captureEnd(build, spec.start);
  const plan = planCarve(spec, end);
  const { rootfs: carved, dropped } = await carveTree(build, spec, end, plan);
  context.progress({ kind: 'stage', task: context.subject, stage: 'prune' });
  const facts = await collectFacts(carved);
  const pruned = await pruneTree(build, spec, carved, facts);
  const { rootfs, packages, findings, ...cut } = await cutTree(build, spec, {
    ...{ end, plan, facts, rootfs: pruned.rootfs, keep: pruned.keep },
  });
  throwFaults(await findSecretTexts(rootfs, context));
  const { state } = end;
  const all = carve.packagesOfImage({ state, added: packages, parent: parentPackages });
  const scanners = carve.scannerData({ state, packages, all, rootfs, epoch });
  return {
    rootfs: toRootfs([...rootfs.values(), ...scanners]),
    shipped: findAbsent({
      plan,
      listing: end.listing,
      pruned: pruned.rootfs,
      cut: rootfs,
      parent: spec.parent,
    }),
    ...{ reasons: plan.reasons, links: plan.links },
    deleted: plan.deleted,
    packages: all,
    receipts: pruned.receipts,
    dropped,
    findings: [
      ...pruned.findings,
      // What is cut later does not stay.
      ...pruned.heldBack.filter(({ path }) => rootfs.has(path)).map(heldBackFinding),
      ...findings,
    ],
    ...cut,
  };
}

function planCarve(
  { definition, parent, ...spec }: CollectSpec,
  { state, listing }: EndState,
): carve.CarvePlan {
  return carve.planCarve({
    mode: definition.carve === 'whole' ? 'whole' : 'packages',
    state,
    before: spec.start.listing,
    after: listing,
    requested: requestedPackages(spec.filled, state),
    provided: spec.provided,
    keep: [...keptBy(definition), ...spec.filled.description.keepOfParents],
    ...(parent && {
      parent: {
        paths: new Set(parent.tree.rootfs.keys()),
        packages: parent.record.packages,
        partial: [...(parent.tree.absent?.values() ?? [])].flatMap((each) =>
          each.by === 'reach' ? [each.package] : [],
        ),
      },
    }),
  });
}

/** What was asked for, and not taken out again. */
function requestedPackages(
  { description, state: hooks }: FilledTarget,
  state: carve.PackageDatabase,
): string[] {
  const gone = new Set(hooks.uninstalled.map(state.nameOf).filter((name) => !state.packages.has(name)));
  return [...description.packages, ...hooks.required].filter((spec) => !gone.has(state.nameOf(spec)));
}

/** Spools what carve keeps and brings it into normal form. */
async function carveTree(
  build: Build,
  spec: CollectSpec,
  end: EndState,
  plan: carve.CarvePlan,
): Promise<Pick<CollectedTree, 'rootfs' | 'dropped'>> {
  const { context, tempDir, epoch } = build;
  context.progress({ kind: 'stage', task: context.subject, stage: 'spool' });
  const spoolFile = `${tempDir}/spool.tar`;
  await spool(context, plan.paths, spoolFile);
  const spooled = await readSpool(spoolFile);
  const rootfs = finishTree(build, spec, { end, plan }, await settleKeystores(spooled.rootfs, epoch));
  return { rootfs, dropped: listDropped(spooled.dropped, plan.unfit) };
}
