import { describeFinding, type Finding } from '../../model/finding.ts';
import type { PackageIndex } from '../../stages/builder/index.ts';
import { assembleImage, type AssembledImage, type ImagePlan } from '../../stages/image/index.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import { assembleLayers, type AssembledLayers } from '../assemble/assemble-layers.ts';
import { collectTree, type CollectedTree, type CollectSpec } from './collect-tree.ts';
import type { ParentImage } from './parent-image.ts';
import { proveImage } from './prove-image.ts';
import type { Build } from './with-build.ts';
import type { Workspace } from '../workspace.ts';

export interface MakeSpec {
  readonly plan: ImagePlan;
  readonly parent: ParentImage | undefined;
  readonly step: ImageStep;
  readonly collect: Omit<CollectSpec, 'definition' | 'plan' | 'parent'>;
  readonly index: PackageIndex;
}

export interface MadeImage {
  readonly image: AssembledImage;
  readonly collected: CollectedTree;
  readonly assembled: AssembledLayers;
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
  const collected = await collectTree(build, { ...collect, definition, plan, parent });
  workspace.progress({ kind: 'stage', task: definition.id, stage: 'layer' });
  const assembled = await assembleLayers(workspace, {
    ...collected,
    plan,
    definition,
    contextDir: folder,
    parent,
    builder: builder.key,
    forced,
    epoch,
  });
  workspace.progress({ kind: 'stage', task: definition.id, stage: 'prove' });
  const { whoHas } = index;
  const known = parent?.record.findings;
  const proved = await proveImage(definition.id, assembled.tree, plan.config, {
    ...{ whoHas, known, shipped: collected.shipped },
    allow: definition.proveAllow,
  });
  // What an imported parent lacks is told when it is imported.
  const own = proved.filter(({ severity, waived }) => severity === 'warning' || waived !== undefined);
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
  return { image, collected, assembled, findings: [...plan.warnings.map(toFinding), ...proved] };
}

/** `Dockerfile.template:3: …` as a finding. */
function toFinding(warning: string): Finding {
  const [subject = '', ...rest] = warning.split(': ');
  return { code: 'dockerfile', severity: 'warning', subject, message: rest.join(': ') };
}
