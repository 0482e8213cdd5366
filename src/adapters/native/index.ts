import type { Engine } from '../../ports/engine.ts';
import { bootstrap } from './bootstrap.ts';
import { collectGarbage, removeSnapshot } from './collect-garbage.ts';
import { openSession } from './open-session.ts';
import { probe, type ProbeOptions } from './probe.ts';
import { runImage } from './run-image.ts';
import { startImage } from './start-image.ts';
import { findSnapshot, holdSnapshots, type NativeHost } from './snapshot-store.ts';

export interface NativeEngineOptions extends NativeHost, ProbeOptions {}

/** The engine without a daemon: overlay file systems and runc, as root. */
export function createNativeEngine(options: NativeEngineOptions): Engine {
  return {
    name: () => Promise.resolve('native'),
    probe: (depth) => probe(options, depth),
    hasSnapshot: async (id) => (await findSnapshot(options, id)) !== undefined,
    holdSnapshots: async () => (await holdSnapshots(options)).map(({ id }) => id),
    removeSnapshot: (id) => removeSnapshot(options, id),
    collectGarbage: (spec) => collectGarbage(options, spec),
    bootstrap: (spec) => bootstrap(options, spec),
    open: (spec) => openSession(options, spec),
    run: (spec, published) => runImage(options, spec, published),
    start: (spec) => startImage(options, spec),
  };
}
