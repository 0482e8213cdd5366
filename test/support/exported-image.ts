import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ImageConfig, Index, Manifest } from '../../src/oci/types.ts';
import { kubler } from './kubler.ts';

/** A built image as an OCI layout on disk. */
export interface ExportedImage {
  readonly dir: string;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** Compressed layers, lowest first. */
  readonly layerFiles: readonly string[];
}

/** Exports an image to `<dir>/out/<name>` and reads it as the image specification says. */
export async function exportImage(dir: string, image: string, project = dir): Promise<ExportedImage> {
  const layoutDir = join(dir, 'out', image.replace('/', '-'));
  mkdirSync(join(dir, 'out'), { recursive: true });
  await runExport(project, image, 'oci-layout', layoutDir);
  const blobFile = (digest: string): string => join(layoutDir, 'blobs', digest.replace(':', '/'));
  const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
  const index = readJson(join(layoutDir, 'index.json')) as Index;
  const manifest = readJson(blobFile(index.manifests[0]?.digest ?? '')) as Manifest;
  return {
    dir: layoutDir,
    manifest,
    config: readJson(blobFile(manifest.config.digest)) as ImageConfig,
    layerFiles: manifest.layers.map(({ digest }) => blobFile(digest)),
  };
}

/** Unpacks an image below `dir` with GNU tar, owners and extended attributes included. */
export async function unpackImage(dir: string, image: string, project = dir): Promise<string> {
  const rootDir = join(dir, 'out', `${image.replace('/', '-')}-root`);
  rmSync(rootDir, { recursive: true, force: true });
  mkdirSync(rootDir, { recursive: true });
  await runExport(project, image, 'rootfs-tar', `${rootDir}.tar`);
  const flags = [
    '--extract',
    '--numeric-owner',
    '--same-permissions',
    '--xattrs',
    '--xattrs-include=*',
    '--warning=no-timestamp',
  ];
  execFileSync('tar', [...flags, '--file', `${rootDir}.tar`, '--directory', rootDir]);
  return rootDir;
}

/** What GNU tar lists, sorted, without the folders. */
export const listLayer = (file: string): readonly string[] =>
  execFileSync('tar', ['--list', '--file', file], { encoding: 'utf8' })
    .split('\n')
    .filter((path) => path !== '' && !path.endsWith('/'))
    .sort();

async function runExport(cwd: string, image: string, format: string, output: string): Promise<void> {
  const args = ['export', image, '--format', format, '--output', output, '--force'];
  const { exitCode, stderr } = await kubler(args, { cwd });
  expect(exitCode, stderr).toBe(0);
}
