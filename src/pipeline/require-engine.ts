import { KublerError } from '../errors.ts';
import { installLine } from '../model/missing-tool.ts';
import type { Engine } from '../ports/engine.ts';

/** Throws `HOST_MISSING_TOOL`, naming everything that is missing and the line that gets it. */
export async function requireEngine(engine: Engine): Promise<void> {
  const missing = (await engine.probe()).filter(({ optional }) => optional !== true);
  if (missing.length === 0) return;
  const line = installLine(missing);
  throw new KublerError(
    'HOST_MISSING_TOOL',
    `cannot use the ${engine.name} engine: this machine lacks what it needs`,
    {
      details: missing.map(({ tool, need }) => `${tool}: ${need}`),
      ...(line !== undefined && { hint: line }),
    },
  );
}
