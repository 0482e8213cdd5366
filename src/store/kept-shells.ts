import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isImageId, type ImageId } from '../model/image-id.ts';
import { writeWhole } from '../oci/whole-file.ts';

/** Snapshots of the two roots of a build. */
interface Roots {
  readonly builder: string;
  readonly target: string;
}

/** The roots of a shell as somebody left them and wanted them kept. */
export interface KeptShell {
  readonly roots: Roots;
  /** What a shell of the image would have started from then. */
  readonly start: Roots;
  /** Milliseconds since 1970. */
  readonly keptAt: number;
  /** A build that failed has left them, not a shell. */
  readonly ofBuild?: true;
}

/** What is known of kept shells, one file for each image. */
export interface KeptShells {
  readonly read: (id: ImageId) => Promise<KeptShell | undefined>;
  /** Replaces what was kept of the image before. */
  readonly write: (id: ImageId, shell: KeptShell) => Promise<void>;
  readonly remove: (id: ImageId) => Promise<void>;
  /** Images with one, sorted. */
  readonly list: () => Promise<readonly ImageId[]>;
}

/** Opens the kept shells in a folder, which need not be there yet. @param tmpDir on the same file system */
export function openKeptShells(dir: string, tmpDir: string): KeptShells {
  const file = (id: ImageId): string => join(dir, `${id}.json`);
  return {
    read: async (id) => {
      const text = await readFile(file(id), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : (JSON.parse(text) as KeptShell);
    },
    write: async (id, shell) => {
      await mkdir(dirname(file(id)), { recursive: true });
      await writeWhole(tmpDir, file(id), Buffer.from(JSON.stringify(shell)));
    },
    remove: async (id) => {
      await rm(file(id), { force: true });
      // The namespace's folder goes with its last shell; another one keeps it.
      await rmdir(dirname(file(id))).catch(() => undefined);
    },
    list: async () => {
      const names = await readdir(dir, { recursive: true }).catch(() => []);
      return names.flatMap((name) => idOf(name) ?? []).sort();
    },
  };
}

function idOf(name: string): ImageId | undefined {
  const id = name.replace(/\.json$/, '');
  return id !== name && isImageId(id) ? id : undefined;
}
