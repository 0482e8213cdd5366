import { KublerError } from '../../errors.ts';
import type { ImagePlan, ImageStep } from './image-plan.ts';
import { draftImage, type DraftedImage, type PlanOptions } from './plan-image.ts';
import { readContext } from './read-context.ts';
import { renderTemplate } from './render-template.ts';

interface ContextPlanOptions extends PlanOptions {
  /** What the template's own variables stand for. */
  readonly variables: ReadonlyMap<string, string>;
  /** The image folder. */
  readonly contextDir: string;
}

/**
 * Renders a Dockerfile.template, plans its image, and looks whether every COPY and bind mount has its sources in the
 * image folder. Gives the faults of all three together, by line; a line that cannot be rendered has no others.
 */
export async function planInContext(options: ContextPlanOptions): Promise<DraftedImage> {
  const unrendered: KublerError[] = [];
  const text = renderTemplate(options, options.variables, (fault) => void unrendered.push(fault));
  const { plan, faults } = draftImage({ ...options, text });
  const others = [...faults, ...(await missingSources(plan, options.contextDir))];
  const isKnown = (fault: KublerError): boolean => unrendered.some(({ at }) => at?.line === fault.at?.line);
  const all = [...unrendered, ...others.filter((fault) => !isKnown(fault))];
  return { plan, faults: all.sort((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0)) };
}

/** A fault for each COPY and RUN whose sources are not as `readContext` wants them. */
async function missingSources(plan: ImagePlan, contextDir: string): Promise<readonly KublerError[]> {
  const faults: KublerError[] = [];
  for (const step of plan.steps) {
    const sources = sourcesOf(step);
    if (sources.length === 0) continue;
    try {
      await readContext({ contextDir, sources, at: step.at });
    } catch (error) {
      if (!(error instanceof KublerError)) throw error;
      faults.push(error);
    }
  }
  return faults;
}

/** What an instruction reads of the image folder. */
function sourcesOf(step: ImageStep): readonly string[] {
  if (step.kind === 'copy') return step.from === undefined ? step.sources : [];
  if (step.kind !== 'run') return [];
  return step.mounts.flatMap((mount) => (mount.kind === 'bind' ? [mount.source] : []));
}
