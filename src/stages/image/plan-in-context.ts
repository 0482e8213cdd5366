import { KublerError, throwFaults } from '../../errors.ts';
import type { ImagePlan } from './image-plan.ts';
import { draftImage, type PlanOptions } from './plan-image.ts';
import { readContext } from './read-context.ts';

/**
 * `planImage` that also looks whether every COPY has its sources in the image folder. Throws the faults of both
 * together, by line.
 */
export async function planInContext(options: PlanOptions, contextDir: string): Promise<ImagePlan> {
  const { plan, faults } = draftImage(options);
  const all = [...faults, ...(await missingSources(plan, contextDir))];
  throwFaults(all.sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0)));
  return plan;
}

/** A fault for each COPY whose sources are not as `readContext` wants them. */
async function missingSources(plan: ImagePlan, contextDir: string): Promise<readonly KublerError[]> {
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
  return faults;
}
