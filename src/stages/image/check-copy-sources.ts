import { KublerError, throwFaults } from '../../errors.ts';
import type { ImagePlan } from './image-plan.ts';
import { readContext } from './read-context.ts';

/**
 * Finds out before a build, not after it, whether every COPY of a plan has its sources. Throws the faults of all of them
 * together, as `readContext` has them.
 */
export async function checkCopySources(plan: ImagePlan, contextDir: string): Promise<void> {
  const faults: KublerError[] = [];
  for (const step of plan.steps) {
    if (step.kind !== 'copy') continue;
    try {
      await readContext({ contextDir, sources: step.sources, at: step.at });
    } catch (error) {
      if (!(error instanceof KublerError)) throw error;
      faults.push(error);
    }
  }
  throwFaults(faults);
}
