import type { PackageVersion } from '../model/package.ts';
import type { ImageDefinition } from '../model/project.ts';
import type { Receipt } from '../model/receipt.ts';
import { toRootfs, type Rootfs } from '../model/tree-entry.ts';
import type { BuiltTree } from '../store/index.ts';
import { captureScript, listingScript, spool, type FilledTarget } from '../stages/builder/index.ts';
import * as carve from '../stages/carve/index.ts';
import { listingFormat, parseListing, readSpool, type Listing } from '../stages/rootfs/index.ts';
import { dropOrphanScripts, findSecrets, prune, settleKeystores } from '../stages/prune/index.ts';
import { throwFaults } from '../errors.ts';
import type { TreeFacts } from '../model/file-facts.ts';
import type { RuntimeConfig } from '../oci/types.ts';
import { collectFacts } from '../stages/prove/index.ts';
import type { ImagePlan } from '../stages/image/index.ts';
import type { ParentImage } from './build-image.ts';
import type { Build } from './with-build.ts';

/** The target root before anything of this build happened in it. */
export interface StartState {
  readonly listing: Listing;
  readonly accounts: carve.Accounts;
}

/** Looks at the target root; first thing in a session. */
export async function captureStart({ context, tempDir }: Build): Promise<StartState> {
  const listing = await captureScript(context, 'list-start', listingScript(listingFormat), tempDir);
  const accounts = await captureScript(context, 'accounts-start', carve.accountsScript, tempDir);
  return { listing: parseListing(listing), accounts: carve.parseAccounts(accounts.toString()) };
}

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
  /** Paths of the parent image that are gone. */
  readonly deleted: readonly string[];
  readonly packages: readonly PackageVersion[];
  readonly receipts: readonly Receipt[];
}

/** From a filled target root to what the image adds: carve, spool, prune. */
export async function collectTree(build: Build, spec: CollectSpec): Promise<CollectedTree> {
  const { context, tempDir } = build;
  const { definition, parent } = spec;
  context.progress({ kind: 'stage', task: context.subject, stage: 'carve' });
  const after = parseListing(await captureScript(context, 'list', listingScript(listingFormat), tempDir));
  const { state, accounts } = carve.parseCapture(
    (await captureScript(context, 'dpkg', carve.captureScript, tempDir)).toString(),
  );
  const parentPaths = new Set(parent?.tree.rootfs.keys());
  const plan = carve.planCarve({
    mode: definition.carve,
    state,
    before: spec.start.listing,
    after,
    requested: spec.filled.description.packages,
    provided: spec.provided,
    keep: definition.keep,
    ...(parent && { parent: { paths: parentPaths, packages: parent.record.packages } }),
  });

  context.progress({ kind: 'stage', task: context.subject, stage: 'spool' });
  const spoolFile = `${tempDir}/spool.tar`;
  await spool(context, plan.paths, spoolFile);
  const spooled = await settleKeystores((await readSpool(spoolFile)).rootfs, build.epoch);

  context.progress({ kind: 'stage', task: context.subject, stage: 'prune' });
  const carved = carve.finishCarve({
    rootfs: spooled,
    plan,
    accounts: {
      start: spec.start.accounts,
      end: accounts,
      ...(parent && { parent: parentAccounts(parent.tree) }),
    },
    ...(spec.plan.config.User !== undefined && { user: spec.plan.config.User }),
    epoch: build.epoch,
  });
  const pruned = prune(carved, {
    rules: [...definition.settings.prune, ...definition.prune],
    keep: definition.keep,
    keepHeaders: spec.filled.description.keepHeaders,
    keepStaticLibs: spec.filled.description.keepStaticLibs,
    protect: parentPaths,
  });
  const facts = await collectFacts(pruned.rootfs);
  const settled = await dropOrphanScripts(pruned.rootfs, {
    facts: new Map([...(parent?.tree.facts ?? []), ...facts]),
    parent: parent?.tree.rootfs ?? new Map(),
    keep: definition.keep,
    entrypoints: startedCommands(spec.plan.config),
  });
  throwFaults(await findSecrets(settled.rootfs, definition.keep));
  const scanners = carve.scannerData({
    packages: plan.packages,
    state,
    rootfs: settled.rootfs,
    epoch: build.epoch,
  });
  return {
    rootfs: toRootfs([...settled.rootfs.values(), ...scanners]),
    facts,
    deleted: plan.deleted,
    packages: carve.packagesOfImage({ state, added: plan.packages, parent: parent?.record.packages ?? [] }),
    receipts: [...pruned.receipts, ...settled.receipts],
  };
}

/** The first words of what the image starts: its process and its health check. */
function startedCommands({ Entrypoint, Cmd, Healthcheck }: RuntimeConfig): readonly string[] {
  return [Entrypoint?.[0], Cmd?.[0], Healthcheck?.Test[1]].filter((word) => word !== undefined);
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
