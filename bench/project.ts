import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const repositoryDir = join(import.meta.dirname, '../..');

/** A project of its own to measure with. */
export interface BenchProject {
  readonly scratchDir: string;
  readonly dataDir: string;
  /** Adds an image to namespace `bench`; files by name. */
  readonly addImage: (name: string, files: Readonly<Record<string, string>>) => Promise<void>;
  /** Runs the built command line; rejects when it fails. */
  readonly kubler: (...args: readonly string[]) => Promise<string>;
  /** Starts it, for whoever wants to watch. */
  readonly start: (...args: readonly string[]) => ReturnType<typeof startKubler>;
}

/** Makes a project without images below `scratchDir`. */
export async function makeProject(scratchDir: string, dataDir: string): Promise<BenchProject> {
  const projectDir = join(scratchDir, 'project');
  await writeAt(join(projectDir, 'kubler.config.yaml'), '# what is measured\n');
  const start = (...args: readonly string[]) => startKubler(projectDir, dataDir, args);
  return {
    scratchDir,
    dataDir,
    addImage: async (name, files) => {
      const all = { 'Dockerfile.template': 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n', ...files };
      for (const [file, text] of Object.entries(all)) {
        await writeAt(join(projectDir, 'namespaces/bench/images', name, file), text);
      }
    },
    start,
    kubler: async (...args) => (await start(...args)).stdout,
  };
}

const startKubler = (cwd: string, dataDir: string, args: readonly string[]) =>
  execa(process.execPath, [join(repositoryDir, 'bin/kubler.js'), ...args], {
    cwd,
    env: { KUBLER_DATA_DIR: dataDir, NO_COLOR: '1' },
  });

async function writeAt(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
