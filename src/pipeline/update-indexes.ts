import type { Project } from '../model/project.ts';
import { apt } from '../stages/builder/index.ts';
import { findIndexOf, freezeIndexOf } from './freeze-indexes.ts';
import type { Workspace } from './workspace.ts';

/** What a refresh of one index brought. */
export interface IndexUpdate {
  readonly builder: string;
  readonly suite: string;
  /** Seconds since 1970: date of the index in use now. */
  readonly date: number;
  /** Undefined when there was none before. */
  readonly changes: Awaited<ReturnType<typeof apt.compareIndexes>> | undefined;
}

/** Fetches the current index of every base of the project and makes it the one builds use. */
export async function updateIndexes(workspace: Workspace, project: Project): Promise<readonly IndexUpdate[]> {
  const updates: IndexUpdate[] = [];
  for (const definition of project.builders.values()) {
    if (!definition.base) continue;
    const old = await findIndexOf(workspace, definition);
    const index = await freezeIndexOf(workspace, definition, true);
    const changes = old && (await apt.compareIndexes(old, index));
    updates.push({ builder: definition.name, suite: index.suite, date: index.epoch, changes });
  }
  return updates;
}
