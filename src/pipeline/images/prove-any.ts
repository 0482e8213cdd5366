import { isFatal, type Finding, type Lack } from '../../model/finding.ts';
import type { ImageDefinition, Project } from '../../model/project.ts';
import { packageManager } from '../../stages/builder/index.ts';
import { buildGraph } from '../../stages/graph/index.ts';
import { findFaults } from '../build/prove-image.ts';
import { listIndexUsers } from '../plan/freeze-indexes.ts';
import { readImports } from '../plan/read-imports.ts';
import type { Workspace } from '../workspace.ts';
import { openImage, type ImageArgument, type OpenedImage } from './open-image.ts';

/** What `kubler prove` found. */
export interface ProofReport {
  readonly image: string;
  readonly kind: OpenedImage['kind'];
  /** Of prove, not of the Dockerfile; errors first. */
  readonly findings: readonly Finding[];
  /** That are not waived. */
  readonly errors: number;
  readonly warnings: number;
  readonly waived: number;
  /** Files looked at. */
  readonly files: number;
}

/** Proves an image, ours or not, with the checks of this version. */
export async function proveAny(
  workspace: Workspace,
  project: Project,
  argument: ImageArgument,
): Promise<ProofReport> {
  const { kind, tree, config, record, shipped } = await openImage(workspace, project, argument);
  const definition = record && project.images.get(record.id);
  const found = await findFaults(tree, config, {
    whoHas: await whoHas(workspace, project, definition),
    ...{ known: record?.findings, shipped },
    ...{ allow: definition?.proveAllow ?? [], keep: definition?.keep ?? [] },
  });
  const rank = (each: Finding): number => (each.waived !== undefined ? 2 : isFatal(each) ? 0 : 1);
  const findings = [...found].sort((a, b) => rank(a) - rank(b));
  const count = (wanted: number): number => findings.filter((each) => rank(each) === wanted).length;
  return {
    ...{ image: argument.text, kind, findings },
    ...{ errors: count(0), warnings: count(1), waived: count(2) },
    files: [...tree.rootfs.values()].filter(({ type }) => type === 'file').length,
  };
}

type WhoHas = (lack: Lack) => Promise<string | undefined>;

/** Asks the frozen index of an image of the project, if there is one. */
async function whoHas(
  workspace: Workspace,
  project: Project,
  definition: ImageDefinition | undefined,
): Promise<WhoHas> {
  const none = () => Promise.resolve(undefined);
  if (!definition) return none;
  const imported = new Set((await readImports(workspace.records, project)).keys());
  const graph = buildGraph(project, [definition.id], { imported });
  const user = listIndexUsers(graph).find(({ name }) => name === definition.id);
  const index = user && (await packageManager(user.packageManager).findIndex({ ...workspace, ...user }));
  return index?.whoHas ?? none;
}
