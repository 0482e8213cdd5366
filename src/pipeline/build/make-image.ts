import { describeFinding, type Finding } from '../../model/finding.ts';
import type { PackageIndex } from '../../stages/builder/index.ts';
import { assembleImage, type AssembledImage, type ImagePlan } from '../../stages/image/index.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import { copiedFiles } from '../assemble/copied-files.ts';
import { assembleLayers, type AssembledLayers } from '../assemble/assemble-layers.ts';
import type { CollectSpec } from './collect-spec.ts';
import { collectTree, type CollectedTree } from './collect-tree.ts';
import type { ParentImage } from './parent-image.ts';
import { proveImage } from './prove-image.ts';
import type { Build } from './with-build.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { Workspace } from '../workspace.ts';

export interface MakeSpec {
  readonly plan: ImagePlan;
  readonly parent: ParentImage | undefined;
  readonly step: ImageStep;
  readonly collect: Omit<CollectSpec, 'definition' | 'plan' | 'parent' | 'copied'>;
  readonly index: PackageIndex;
}

export interface MadeImage {
  readonly image: AssembledImage;
  readonly collected: CollectedTree;
  readonly assembled: AssembledLayers;
  /** The final tree, with what it lacks. */
  readonly tree: BuiltTree;
  readonly findings: readonly Finding[];
}

/** From a filled target root to an image: carve → prune → layers → prove → image. */
export async function makeImage(
  workspace: Workspace,
  build: Build,
  { plan, parent, step, collect, index }: MakeSpec,
): Promise<MadeImage> {
  const { epoch, folder } = build;
  const { definition, builder, forced } = step;
  const place = { plan, definition, contextDir: folder, builder: builder.key, epoch };
  const copied = (below: BuiltTree): Promise<BuiltTree> => copiedFiles(workspace, place, below);
  const collected = await collectTree(build, { ...collect, definition, plan, parent, copied });
  workspace.progress({ kind: 'stage', task: definition.id, stage: 'layer' });
  const assembled = await assembleLayers(workspace, {
    ...{ ...collected, ...place, parent, forced },
  });
  workspace.progress({ kind: 'stage', task: definition.id, stage: 'prove' });
  const { whoHas } = index;
  const known = parent?.record.findings;
  const proved = await proveImage(definition.id, assembled.tree, plan.config, {
    ...{ whoHas, known, shipped: collected.shipped },
    ...{ allow: definition.proveAllow, keep: definition.keep },
  });
  // What an imported parent lacks is told when it is imported.
  const found = [...collected.findings, ...proved];
  const own = found.filter(({ severity, waived }) => severity === 'warning' || waived !== undefined);
  for (const text of own.map(describeFinding))
    workspace.progress({ kind: 'warning', task: definition.id, text });
  const image = await assembleImage({
    layout: workspace.layout,
    plan,
    ...(parent && { parent }),
    layers: assembled.layers,
    epoch,
    architecture: index.architecture,
  });
  const { rootfs, facts } = assembled.tree;
  const absent = new Map([...collected.shipped].filter(([path]) => !rootfs.has(path)));
  const tree = { rootfs, facts, absent };
  return { image, collected, assembled, tree, findings: [...plan.warnings.map(toFinding), ...found] };
}

/** `Dockerfile.template:3: …` as a finding. */
function toFinding(warning: string): Finding {
  const [subject = '', ...rest] = warning.split(': ');
  return { code: 'dockerfile', severity: 'warning', subject, message: rest.join(': ') };
}
