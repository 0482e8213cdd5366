import type { Settings } from '../../model/project.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';

/** Settings that nothing sets. */
export interface SettingsDefaults {
  readonly dataDir: string;
  readonly jobs: number;
}

/** The first of these layers' values that is not undefined. */
function pick<Layer extends object, Key extends keyof Layer>(
  layers: readonly (Layer | undefined)[],
  key: Key,
): Layer[Key] | undefined {
  return layers.find((layer) => layer?.[key] !== undefined)?.[key];
}

/** Settings from their sources, the strongest first; a list of a stronger source replaces that of a weaker one. */
export function resolveSettings(layers: readonly SettingsOverrides[], defaults: SettingsDefaults): Settings {
  const pruneAt = layers.find(({ prune }) => prune !== undefined)?.pruneAt;
  const apt = layers.map((layer) => layer.apt);
  const apk = layers.map((layer) => layer.apk);
  const portage = layers.map((layer) => layer.portage);
  const network = layers.map((layer) => layer.network);
  return {
    engine: pick(layers, 'engine') ?? 'auto',
    defaultBuilder: pick(layers, 'defaultBuilder') ?? 'debian',
    maintainer: pick(layers, 'maintainer') ?? '',
    tags: pick(layers, 'tags') ?? ['latest'],
    prune: pick(layers, 'prune') ?? [],
    ...(pruneAt && { pruneAt }),
    epoch: pick(layers, 'epoch'),
    dataDir: pick(layers, 'dataDir') ?? defaults.dataDir,
    jobs: pick(layers, 'jobs') ?? defaults.jobs,
    apt: {
      mirror: pick(apt, 'mirror'),
      securityMirror: pick(apt, 'securityMirror'),
      keyring: pick(apt, 'keyring'),
      components: pick(apt, 'components') ?? ['main'],
      sources: pick(apt, 'sources') ?? [],
      checkValidUntil: pick(apt, 'checkValidUntil') ?? true,
    },
    apk: { repositories: pick(apk, 'repositories') ?? [], keys: pick(apk, 'keys') ?? [] },
    portage: {
      mirrors: pick(portage, 'mirrors') ?? [],
      keyring: pick(portage, 'keyring'),
      date: pick(portage, 'date'),
    },
    network: {
      httpProxy: pick(network, 'httpProxy'),
      httpsProxy: pick(network, 'httpsProxy'),
      noProxy: pick(network, 'noProxy'),
      caFile: pick(network, 'caFile'),
    },
  };
}
