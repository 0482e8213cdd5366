import { assert } from '../../errors.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import type { Project } from '../../model/project.ts';
import { buildAll } from '../build/build-all.ts';
import { planProject } from '../plan/plan-project.ts';
import { readRecord } from '../read-record.ts';
import type { Workspace } from '../workspace.ts';

const toolboxId: ImageId = 'debug/toolbox';

/** Where the toolbox may be defined. */
export interface ToolboxSource {
  readonly project: Project;
  /** Reads what ships with Kubler. */
  readonly loadShipped: () => Promise<Project>;
}

/**
 * The image with the tools for looking at containers: the one that is there, else it is built, as the project has it
 * or, from the same archive, as it ships with Kubler.
 */
export async function provideToolbox(workspace: Workspace, source: ToolboxSource): Promise<ImageRecord> {
  const built = await workspace.records.read(toolboxId);
  if (built) return built;
  const { project } = source;
  const definers = project.images.has(toolboxId) ? project : withToolbox(project, await source.loadShipped());
  const request = { targets: [toolboxId], defaultNamespace: undefined, force: 'none', exclude: [] } as const;
  const planned = await planProject(workspace, definers, request);
  const { error } = await buildAll(workspace, planned, { ...request, jobs: project.settings.jobs });
  if (error) throw error;
  return readRecord(workspace, toolboxId);
}

/** A project with the toolbox of another one, whose packages come from where those of the project do. */
function withToolbox(project: Project, shipped: Project): Project {
  const toolbox = shipped.images.get(toolboxId);
  assert(toolbox, `there is no ${toolboxId} in ${shipped.workingDir}`);
  const { apt, network, epoch } = project.settings;
  const settings = { ...toolbox.settings, apt, network, epoch };
  return { ...project, images: new Map([...project.images, [toolboxId, { ...toolbox, settings }]]) };
}
