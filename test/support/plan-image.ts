import { throwFaults } from '../../src/errors.ts';
import { draftImage, type ImagePlan, type PlanOptions } from '../../src/stages/image/index.ts';

/** Plans a Dockerfile.template for amd64; throws all its faults together. */
export function planImage(options: Partial<PlanOptions> & Pick<PlanOptions, 'text'>): ImagePlan {
  const { plan, faults } = draftImage({
    file: 'Dockerfile.template',
    rootfs: 'optional',
    architecture: 'amd64',
    ...options,
  });
  throwFaults(faults);
  return plan;
}
