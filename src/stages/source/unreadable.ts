import { KublerError } from '../../errors.ts';

/** `ROOTFS_INVALID`: what was given is no image, or not a whole one. */
export const unreadable = (reason: string, hint?: string): KublerError =>
  new KublerError('ROOTFS_INVALID', `cannot read the image: ${reason}`, hint === undefined ? {} : { hint });
