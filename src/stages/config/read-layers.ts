import { join } from 'node:path';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { fileKind } from './file-kind.ts';
import type { Assigned } from './read-assignments.ts';
import {
  configFileName,
  originalFileName,
  readLayer,
  readOriginal,
  type ConfigLayer,
  type LayerContext,
} from './read-layer.ts';

/** Where the configuration of a project may be. */
export interface LayersContext extends Omit<LayerContext, 'outer'> {
  readonly workingDir: string;
  /** The original's configuration for all users of a machine. */
  readonly systemFile: string;
  /** The original's folder of a user. */
  readonly userDir: string;
}

/** Configuration of a working directory, and what is weaker than that. */
export interface Layers {
  readonly root: ConfigLayer;
  /** The strongest first. */
  readonly outer: readonly SettingsOverrides[];
  /** Variables of those. */
  readonly around: ReadonlyMap<string, Assigned>;
}

/**
 * Reads the configuration of a working directory. Where that is a kubler.conf, those of the machine and of the user count,
 * too, as in the original. Faults are noted.
 */
export async function readLayers(context: LayersContext): Promise<Layers> {
  const { workingDir, systemFile, userDir, diagnostics } = context;
  const outer: ConfigLayer[] = [];
  const above = (): LayerContext => ({ ...context, outer: outer.at(-1)?.variables ?? new Map() });
  const isOriginal =
    (await fileKind(join(workingDir, configFileName))) === undefined &&
    (await fileKind(join(workingDir, originalFileName))) === 'file';
  const files = isOriginal
    ? [systemFile, ...(userDir === workingDir ? [] : [join(userDir, originalFileName)])]
    : [];
  for (const file of files) {
    const layer = await diagnostics.collect(() => readOriginal(file, above()));
    if (layer) outer.push(layer);
  }
  const { outer: around } = above();
  return {
    root: await readLayer(workingDir, above()),
    around,
    outer: outer.map(({ overrides }) => overrides).reverse(),
  };
}
