import { KublerError } from '../../errors.ts';

/** `linux/arm/v7` of a platform object, or of a config; undefined where it does not say. */
export function platformName(value: {
  readonly os?: unknown;
  readonly architecture?: unknown;
  readonly variant?: unknown;
}): string | undefined {
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  return [os, architecture, ...(typeof variant === 'string' && variant !== '' ? [variant] : [])].join('/');
}

/** True when a platform is the wanted one: `linux/arm64` wants any variant, `linux/arm64/v8` that one. */
export const isPlatform = (wanted: string, platform: string): boolean =>
  platform === wanted || platform.startsWith(`${wanted}/`) || wanted.startsWith(`${platform}/`);

/** Checks `--platform`: `OS/ARCHITECTURE`, maybe with a variant. Throws `USAGE_INVALID`. */
export function parsePlatform(text: string): string {
  if (/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/.test(text)) return text;
  throw new KublerError('USAGE_INVALID', `cannot read "${text}" as a platform`, {
    hint: 'for example linux/amd64, or linux/arm/v7',
  });
}
