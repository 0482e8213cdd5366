import { rm } from 'node:fs/promises';
import type { Migration } from '../model/migration.ts';
import { writeScaffold } from './write-scaffold.ts';

/**
 * Writes the new files, then removes the old ones. Gives the paths written. Throws `SCAFFOLD_EXISTS` before anything is
 * written when one of the new files has appeared meanwhile.
 */
export async function applyMigration({ workingDir, files }: Migration): Promise<readonly string[]> {
  const written = await writeScaffold(
    {
      subject: `configuration of "${workingDir}"`,
      files: files.map(({ to, newText }) => ({ path: to, text: newText, executable: false })),
      dirs: [],
    },
    false,
  );
  for (const { from } of files) await rm(from);
  return written;
}
