import { isDigest, type Digest } from '../../model/digest.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { isObject, parseJson } from './parse-json.ts';
import { platformName } from './platform.ts';
import { unreadable } from './unreadable.ts';

/** What of an image's config counts here. */
export interface SourceConfig {
  readonly config: RuntimeConfig;
  readonly platform: string | undefined;
  readonly diffIds: readonly Digest[];
}

/**
 * Reads the config of an image that anyone may have made: what engines write for "not set" is left out, and what has
 * another type than it should is `ROOTFS_INVALID`.
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md
 */
export function readConfig(bytes: Buffer): SourceConfig {
  const document = parseJson(bytes, 'its config');
  if (!isObject(document)) throw unreadable('its config is no JSON object');
  const rootfs = isObject(document['rootfs']) ? document['rootfs'] : {};
  const diffIds = Array.isArray(rootfs['diff_ids']) ? (rootfs['diff_ids'] as readonly unknown[]) : [];
  return {
    config: readRuntime(isObject(document['config']) ? document['config'] : {}),
    platform: platformName(document),
    diffIds: diffIds.filter((each): each is Digest => typeof each === 'string' && isDigest(each)),
  };
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isHealthcheck = (value: unknown): boolean => isObject(value) && isTexts(value['Test'] ?? []);

const members: Readonly<Record<keyof RuntimeConfig, (value: unknown) => boolean>> = {
  User: isText,
  ExposedPorts: isObject,
  Env: isTexts,
  Entrypoint: isTexts,
  Cmd: isTexts,
  Volumes: isObject,
  WorkingDir: isText,
  Labels: isObject,
  StopSignal: isText,
  Healthcheck: isHealthcheck,
  Shell: isTexts,
  OnBuild: isTexts,
};

function readRuntime(config: Readonly<Record<string, unknown>>): RuntimeConfig {
  const set = Object.entries(members).flatMap(([name, hasType]) => {
    const value = config[name];
    if (isUnset(value) || (name === 'Healthcheck' && isObject(value) && isUnset(value['Test']))) return [];
    if (!hasType(value)) throw unreadable(`${name} in its config is not what it should be`);
    return [[name, value] as const];
  });
  return Object.fromEntries(set);
}

/** Engines write null, or nothing between brackets, for what is not set. */
const isUnset = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);
