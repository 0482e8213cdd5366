import type { FileFacts } from '../../model/file-facts.ts';
import { toRootfs, type TreeEntry } from '../../model/tree-entry.ts';
import { collectFacts } from '../../stages/needs/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import { prepareCopy } from './prepare-copy.ts';
import type { StepPlace } from './prepared-step.ts';
import type { LayersSpec } from './assemble-layers.ts';
import type { Workspace } from '../workspace.ts';

/**
 * What COPY and ADD will bring over a tree, with facts of it; no layer is written. Their files need what is in the tree, as
 * much as its own do.
 */
export async function copiedFiles(
  workspace: Workspace,
  spec: Pick<LayersSpec, 'plan'> & Omit<StepPlace, 'workspace' | 'below' | 'layers'>,
  below: BuiltTree,
): Promise<BuiltTree> {
  const rootfs = new Map<string, TreeEntry>();
  const facts = new Map<string, FileFacts>();
  let tree = below;
  for (const step of spec.plan.steps) {
    if (step.kind !== 'copy') continue;
    await using temp = await workspace.openTempDir();
    // Whose it is does not matter here, and a user may come with RUN.
    const place = { ...spec, workspace, below: tree, layers: [] };
    const { make } = await prepareCopy({ ...step, owner: undefined }, place);
    const { added } = await make(temp.path);
    for (const [path, entry] of added) rootfs.set(path, entry);
    for (const [path, each] of await collectFacts(added)) facts.set(path, each);
    tree = { ...tree, rootfs: toRootfs([...tree.rootfs.values(), ...added.values()]) };
  }
  return { rootfs: toRootfs(rootfs.values()), facts };
}
