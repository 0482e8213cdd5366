import type { TreeFacts } from '../../model/file-facts.ts';
import type { Finding } from '../../model/finding.ts';
import type { ImageDefinition } from '../../model/project.ts';
import type { Receipt } from '../../model/receipt.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { programsIn, startedCommands } from '../../oci/started-commands.ts';
import {
  dropOrphanScripts,
  isNameOfData,
  keepNames,
  prune,
  safetyNet,
  type HeldBack,
} from '../../stages/prune/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { CollectSpec } from './collect-spec.ts';
import type { Build } from './with-build.ts';

export interface PrunedTree {
  readonly rootfs: Rootfs;
  readonly receipts: readonly Receipt[];
  /** Warnings: what KEEP names in vain. */
  readonly findings: readonly Finding[];
  readonly heldBack: readonly HeldBack[];
  /** KEEP as globs. */
  readonly keep: readonly string[];
}

/** Takes out what rules name and nothing needs, then scripts that have no interpreter. */
export async function pruneTree(
  build: Build,
  spec: CollectSpec,
  rootfs: Rootfs,
  own: TreeFacts,
): Promise<PrunedTree> {
  const { definition, filled, plan } = spec;
  const below: BuiltTree = spec.parent?.tree ?? { rootfs: new Map(), facts: new Map() };
  const kept = await keepNames(definition.keep, rootfs);
  const [parent, facts] = [below.rootfs, new Map([...below.facts, ...own])];
  const pruned = prune(rootfs, {
    rules: pruneRules(build, definition),
    keep: [...kept.globs, ...filled.description.keepOfParents],
    keepHeaders: filled.description.keepHeaders,
    keepStaticLibs: filled.description.keepStaticLibs,
    protect: new Set(parent.keys()),
    missedBy: safetyNet({ rootfs, parent, facts, config: plan.config }),
  });
  const settled = await dropOrphanScripts(pruned.rootfs, {
    ...{ facts, parent, keep: keptBy(definition) },
    entrypoints: startedCommands(plan.config).flatMap(({ words }) => programsIn(words)),
  });
  return {
    rootfs: settled.rootfs,
    receipts: mergeReceipts([...pruned.receipts, ...settled.receipts]),
    findings: kept.findings,
    heldBack: pruned.heldBack,
    keep: [...kept.globs, ...filled.description.keepOfParents],
  };
}

/** Globs of what carving keeps whatever its rules say. */
export const keptBy = ({ keep, reach }: ImageDefinition): readonly string[] => [
  ...keep.filter((each) => !isNameOfData(each)),
  ...reach,
];

/** The warning that a path stays against a rule. */
export const heldBackFinding = ({ rule, path, neededBy }: HeldBack): Finding => ({
  code: 'prune',
  severity: 'warning',
  subject: `/${path}`,
  message: `stays, although rule "${rule}" removes it: ${neededBy} needs it`,
  repair: `KEEP='${path}' says that it shall`,
});

/** What an image switches; with Portage, the original's clean-up of libraries comes first. */
function pruneRules({ installer }: Build, { variables, prune: rules }: ImageDefinition): readonly string[] {
  const skips = (variables.get('BOB_SKIP_LIB_CLEANUP') ?? '').length > 0;
  return [...(installer.packageManager === 'portage' && !skips ? ['objects'] : []), ...rules];
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
