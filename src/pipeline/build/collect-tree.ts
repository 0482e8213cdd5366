import { throwFaults } from '../../errors.ts';
import type { AbsentPaths } from '../../model/absent.ts';
import { accountNames, accountPath } from '../../model/accounts.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { Finding } from '../../model/finding.ts';
import { isUntested } from '../../model/image-tests.ts';
import type { PackageVersion } from '../../model/package.ts';
import type { ImageDefinition } from '../../model/project.ts';
import type { Dropped, LeftOut, Receipt } from '../../model/receipt.ts';
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
import { findAbsent } from './find-absent.ts';
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
  /** What the Dockerfile will copy over a tree. */
  readonly copied: (below: BuiltTree) => Promise<BuiltTree>;
}

export interface CollectedTree {
  /** What this image adds or changes, and what of the parent's it still has to compare with. */
  readonly rootfs: Rootfs;
  /** Facts of its files. */
  readonly facts: TreeFacts;
  /** All that packages came with, and what left it out if it is not there in the end. */
  readonly shipped: AbsentPaths;
  /** See `CarvePlan`. */
  readonly reasons: carve.CarvePlan['reasons'];
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
  const pruned = await pruneTree(carved, facts, spec, pruneRules(build, spec));
  const { rootfs, packages, ...cut } = await cutTree(build, spec, {
    end,
    plan,
    facts,
    rootfs: pruned.rootfs,
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
    reasons: plan.reasons,
    deleted: plan.deleted,
    packages: all,
    receipts: pruned.receipts,
    dropped,
    ...cut,
  };
}

interface PrunedTree {
  readonly end: EndState;
  readonly plan: carve.CarvePlan;
  readonly rootfs: Rootfs;
  readonly facts: TreeFacts;
}

type CutTree = Pick<CollectedTree, 'rootfs' | 'facts' | 'packages' | 'leftOut' | 'findings'>;

/** With CARVE='reach' what is left when all that nothing needs is gone, and the accounts of that; else the same. */
async function cutTree(build: Build, spec: CollectSpec, pruned: PrunedTree): Promise<CutTree> {
  const { rootfs, facts, plan } = pruned;
  const { definition, parent } = spec;
  if (definition.carve !== 'reach') return { rootfs, facts, packages: plan.packages, findings: [] };
  const own = new Map([...(parent?.tree.facts ?? []), ...facts]);
  const below = {
    rootfs: toRootfs([...(parent?.tree.rootfs.values() ?? []), ...rootfs.values()]),
    facts: own,
  };
  const copied = await spec.copied(below);
  const reached = carve.reach({
    rootfs,
    tree: toRootfs([...below.rootfs.values(), ...copied.rootfs.values()]),
    facts: new Map([...own, ...copied.facts]),
    copied: copied.rootfs.keys(),
    pulledBy: plan.reasons,
    config: spec.plan.config,
    reach: definition.reach,
    keep: definition.keep,
  });
  const finished = finishTree(build, spec, pruned, reached.rootfs);
  const { state } = pruned.end;
  return {
    rootfs: finished,
    facts: new Map([...facts, ...(await collectFacts(accountEntries(finished)))]),
    packages: plan.packages.filter((item) => reached.packages.has(state.keyOf(item))),
    leftOut: reached.leftOut,
    findings: [...reached.findings, ...(isUntested(definition.tests) ? [untested] : [])],
  };
}

const untested: Finding = {
  code: 'reach',
  severity: 'warning',
  subject: 'CARVE',
  message: 'cuts the image down to what it reaches, and no test shows that it still works',
  repair: 'add a test.yaml or build-test.sh',
};

const accountEntries = (rootfs: Rootfs): Rootfs =>
  new Map([...rootfs].filter(([path]) => accountNames.some((name) => accountPath(name) === path)));

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
    keep: [...definition.keep, ...definition.reach, ...spec.filled.description.keepOfParents],
    ...(parent && {
      parent: {
        paths: new Set(parent.tree.rootfs.keys()),
        packages: parent.record.packages,
        partial: (parent.record.leftOut ?? []).map((each) => each.package),
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

/** Marks where entries come from, and writes the account files that they need. */
const finishTree = (
  { epoch }: Build,
  { start, filled, parent, plan: { config } }: CollectSpec,
  { end, plan }: Pick<PrunedTree, 'end' | 'plan'>,
  rootfs: Rootfs,
): Rootfs =>
  carve.finishCarve({
    ...{ rootfs, plan, epoch },
    accounts: {
      start: start.accounts,
      end: end.accounts,
      ...(parent && { parent: parentAccounts(parent.tree) }),
    },
    ...(config.User !== undefined && { user: config.User }),
    hooks: new Map(filled.state.changed.map(([hook, path]) => [path, hook])),
  });

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
    keep: [...definition.keep, ...definition.reach],
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
