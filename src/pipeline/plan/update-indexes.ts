import type { ImageId } from '../../model/image-id.ts';
import type { Project } from '../../model/project.ts';
import { compareIndexes, packageManager, type IndexChanges } from '../../stages/builder/index.ts';
import { surveyGraph } from '../../stages/graph/index.ts';
import { listIndexUsers, sourcesOf, type PackageUser } from './freeze-indexes.ts';
import { readImports } from './read-imports.ts';
import { requireIndexTools } from '../require-engine.ts';
import type { Workspace } from '../workspace.ts';

/** What a refresh of one index brought. */
export interface IndexUpdate {
  /** `builder NAME` or an image: the first that uses it. */
  readonly user: string;
  readonly suite: string;
  /** Seconds since 1970: date of the index in use now. */
  readonly date: number;
  /** Undefined when there was none before. */
  readonly changes: IndexChanges | undefined;
}

/** Fetches the current state of every index of the project and makes it the one builds use. */
export async function updateIndexes(workspace: Workspace, project: Project): Promise<readonly IndexUpdate[]> {
  const updates = new Map<string, IndexUpdate>();
  const imported = new Set((await readImports(workspace.records, project)).keys());
  const users = listUsers(project, imported);
  await requireIndexTools(workspace, users);
  for (const user of users) {
    const sources = sourcesOf(user);
    if (updates.has(sources)) continue;
    const manager = packageManager(user.packageManager);
    const old = await manager.findIndex({ ...workspace, ...user });
    const index = await manager.freezeIndex({ ...workspace, ...user, refresh: true });
    const changes = old && (await compareIndexes(old, index));
    updates.set(sources, { user: user.name, suite: index.suite, date: index.epoch, changes });
  }
  return [...updates.values()];
}

/** Builders and images that use an index; in a project without images, all builders with a base. */
function listUsers(project: Project, imported: ReadonlySet<ImageId>): readonly PackageUser[] {
  const users = listIndexUsers(surveyGraph(project, [], { imported }).graph);
  if (users.length > 0) return users;
  return [...project.builders.values()].flatMap((root) => {
    const { name, base, settings, packageManager = 'apt' } = root;
    return base ? [{ name: `builder ${name}`, root, packageManager, settings }] : [];
  });
}
