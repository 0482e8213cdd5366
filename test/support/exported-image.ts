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

/** Exports an image of the project in `cwd` to `<cwd>/out/<name>` and reads it as the image specification says. */
export async function exportImage(cwd: string, image: string): Promise<ExportedImage> {
  const dir = join(cwd, 'out', image.replace('/', '-'));
  mkdirSync(join(cwd, 'out'), { recursive: true });
  await runExport(cwd, image, 'oci-layout', dir);
  const blobFile = (digest: string): string => join(dir, 'blobs', digest.replace(':', '/'));
  const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
  const index = readJson(join(dir, 'index.json')) as Index;
  const manifest = readJson(blobFile(index.manifests[0]?.digest ?? '')) as Manifest;
  return {
    dir,
    manifest,
    config: readJson(blobFile(manifest.config.digest)) as ImageConfig,
    layerFiles: manifest.layers.map(({ digest }) => blobFile(digest)),
  };
}

/** Unpacks an image of the project in `cwd` with GNU tar, owners and extended attributes included. */
export async function unpackImage(cwd: string, image: string): Promise<string> {
  const rootDir = join(cwd, 'out', `${image.replace('/', '-')}-root`);
  rmSync(rootDir, { recursive: true, force: true });
  mkdirSync(rootDir, { recursive: true });
  await runExport(cwd, image, 'rootfs-tar', `${rootDir}.tar`);
  const flags = ['--extract', '--numeric-owner', '--same-permissions', '--xattrs', '--xattrs-include=*'];
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
