import { throwFaults } from '../../errors.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { PackageVersion } from '../../model/package.ts';
import type { ImageDefinition } from '../../model/project.ts';
import type { Dropped, Receipt } from '../../model/receipt.ts';
import { toRootfs, type Rootfs } from '../../model/tree-entry.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { spool, type FilledTarget } from '../../stages/builder/index.ts';
import * as carve from '../../stages/carve/index.ts';
import type { ImagePlan } from '../../stages/image/index.ts';
import { collectFacts } from '../../stages/needs/index.ts';
import {
  dropOrphanScripts,
  findSecretTexts,
  prune,
  settleKeystores,
  type PruneResult,
} from '../../stages/prune/index.ts';
import { readSpool } from '../../stages/rootfs/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { ParentImage } from './parent-image.ts';
import { captureEnd, type EndState, type StartState } from './capture-states.ts';
import { listDropped } from './list-dropped.ts';
import type { Build } from './with-build.ts';

export interface CollectSpec {
  readonly definition: ImageDefinition;
  readonly filled: FilledTarget;
  readonly start: StartState;
  /** Packages declared to be there already, by this image and its parents. */
  readonly provided: readonly string[];
  readonly parent: ParentImage | undefined;
  readonly plan: ImagePlan;
}

export interface CollectedTree {
  /** What this image adds or changes, and what of the parent's it still has to compare with. */
  readonly rootfs: Rootfs;
  /** Facts of its files. */
  readonly facts: TreeFacts;
  /** See `CarvePlan`. */
  readonly shipped: ReadonlySet<string>;
  /** Paths of the parent image that are gone. */
  readonly deleted: readonly string[];
  readonly packages: readonly PackageVersion[];
  readonly receipts: readonly Receipt[];
  readonly dropped: readonly Dropped[];
}

/** From a filled target root to what the image adds: carve, spool, prune. */
export async function collectTree(build: Build, spec: CollectSpec): Promise<CollectedTree> {
  const { context, epoch } = build;
  const parentPackages = spec.parent?.record.packages ?? [];
  context.progress({ kind: 'stage', task: context.subject, stage: 'carve' });
  const end = await captureEnd(build, spec.start);
  const plan = planCarve(spec, end);
  const { rootfs: carved, dropped } = await carveTree(build, spec, end, plan);
  context.progress({ kind: 'stage', task: context.subject, stage: 'prune' });
  const facts = await collectFacts(carved);
  const pruned = await pruneTree(carved, facts, spec, pruneRules(build, spec));
  throwFaults(await findSecretTexts(pruned.rootfs, context));
  const { state } = end;
  const all = carve.packagesOfImage({ state, added: plan.packages, parent: parentPackages });
  const scanners = carve.scannerData({
    ...{ state, packages: plan.packages, all },
    ...{ rootfs: pruned.rootfs, epoch },
  });
  return {
    rootfs: toRootfs([...pruned.rootfs.values(), ...scanners]),
    facts,
    shipped: plan.shipped,
    deleted: plan.deleted,
    packages: all,
    receipts: pruned.receipts,
    dropped,
  };
}

function planCarve(
  { definition, parent, ...spec }: CollectSpec,
  { state, listing }: EndState,
): carve.CarvePlan {
  return carve.planCarve({
    mode: definition.carve,
    state,
    before: spec.start.listing,
    after: listing,
    requested: requestedPackages(spec.filled, state),
    provided: spec.provided,
    keep: [...definition.keep, ...spec.filled.description.keepOfParents],
    ...(parent && {
      parent: { paths: new Set(parent.tree.rootfs.keys()), packages: parent.record.packages },
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
  { context, tempDir, epoch }: Build,
  { start, parent, ...spec }: CollectSpec,
  end: EndState,
  plan: carve.CarvePlan,
): Promise<Pick<CollectedTree, 'rootfs' | 'dropped'>> {
  const user = spec.plan.config.User;
  context.progress({ kind: 'stage', task: context.subject, stage: 'spool' });
  const spoolFile = `${tempDir}/spool.tar`;
  await spool(context, plan.paths, spoolFile);
  const spooled = await readSpool(spoolFile);
  const rootfs = carve.finishCarve({
    rootfs: await settleKeystores(spooled.rootfs, epoch),
    plan,
    accounts: {
      start: start.accounts,
      end: end.accounts,
      ...(parent && { parent: parentAccounts(parent.tree) }),
    },
    ...(user !== undefined && { user }),
    epoch,
  });
  return { rootfs, dropped: listDropped(spooled.dropped, plan.unfit) };
}

/** What an image switches; with Portage, the original's clean-up of libraries comes first. */
function pruneRules({ installer }: Build, { definition }: CollectSpec): readonly string[] {
  const skips = (definition.variables.get('BOB_SKIP_LIB_CLEANUP') ?? '').length > 0;
  return [...(installer.packageManager === 'portage' && !skips ? ['objects'] : []), ...definition.prune];
}

async function pruneTree(
  rootfs: Rootfs,
  facts: TreeFacts,
  { definition, filled, parent, plan }: CollectSpec,
  rules: readonly string[],
): Promise<PruneResult> {
  const below: BuiltTree = parent?.tree ?? { rootfs: new Map(), facts: new Map() };
  const pruned = prune(rootfs, {
    rules,
    keep: [...definition.keep, ...filled.description.keepOfParents],
    keepHeaders: filled.description.keepHeaders,
    keepStaticLibs: filled.description.keepStaticLibs,
    protect: new Set(below.rootfs.keys()),
  });
  const settled = await dropOrphanScripts(pruned.rootfs, {
    facts: new Map([...below.facts, ...facts]),
    parent: below.rootfs,
    keep: definition.keep,
    entrypoints: startedCommands(plan.config),
  });
  return { rootfs: settled.rootfs, receipts: mergeReceipts([...pruned.receipts, ...settled.receipts]) };
}

/** One receipt for each rule, where two passes used the same. */
function mergeReceipts(receipts: readonly Receipt[]): readonly Receipt[] {
  const merged = new Map<string, Receipt>();
  for (const receipt of receipts) {
    const former = merged.get(receipt.rule);
    merged.set(receipt.rule, {
      rule: receipt.rule,
      files: (former?.files ?? 0) + receipt.files,
      bytes: (former?.bytes ?? 0) + receipt.bytes,
      examples: [...(former?.examples ?? []), ...receipt.examples].slice(0, 10),
    });
  }
  return [...merged.values()];
}

/** The first words of what the image starts: its process and its health check. */
function startedCommands({ Entrypoint, Cmd, Healthcheck }: RuntimeConfig): readonly string[] {
  const check = Healthcheck?.Test[0] === 'CMD' ? Healthcheck.Test[1] : undefined;
  return [Entrypoint?.[0], Cmd?.[0], check].filter((word) => word !== undefined);
}

function parentAccounts({ facts }: BuiltTree): Partial<carve.Accounts> {
  const names = ['passwd', 'group', 'shadow', 'gshadow'] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = facts.get(`etc/${name}`)?.text;
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
