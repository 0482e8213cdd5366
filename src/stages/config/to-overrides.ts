import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import type { ConfigFile } from './config-schema.ts';

/** A proxy's address, of which `http://` may be left out. */
export const withScheme = (proxy: string | undefined): string | undefined =>
  proxy === undefined || proxy.includes('://') ? proxy : `http://${proxy}`;

/** Turns the keys of a file into settings; `toPath` makes its paths absolute. */
export function toOverrides(config: ConfigFile, toPath: (path: string) => string): SettingsOverrides {
  const { apt = {}, apk = {}, portage = {}, network = {} } = config;
  const path = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : toPath(text);
  return {
    engine: config.engine,
    defaultBuilder: config.default_builder,
    maintainer: config.maintainer,
    tags: config.tags,
    prune: config.prune,
    epoch: config.epoch,
    dataDir: path(config.data_dir),
    jobs: config.jobs,
    apt: {
      mirror: apt.mirror,
      securityMirror: apt.security_mirror,
      keyring: path(apt.keyring),
      components: apt.components,
      sources: apt.sources?.map(({ key, ...source }) => ({ ...source, keyFile: toPath(key) })),
      checkValidUntil: apt.check_valid_until,
    },
    apk: {
      repositories: apk.repositories?.map((text) => toRepository(text, toPath)),
      keys: apk.keys?.map(toPath),
    },
    portage: {
      mirrors: portage.mirror?.split(/\s+/).filter(Boolean),
      keyring: path(portage.keyring),
      date: portage.date,
    },
    network: {
      httpProxy: withScheme(network.http_proxy),
      httpsProxy: withScheme(network.https_proxy),
      noProxy: network.no_proxy,
      caFile: path(network.ca_file),
    },
  };
}

/** `[v2|v3|ndx] [@tag] ADDRESS-OR-PATH`. */
function toRepository(text: string, toPath: (path: string) => string): string {
  const [, before = '', address = ''] = /^((?:(?:v2|v3|ndx|@\S+)\s+)*)(.*)$/.exec(text.trim()) ?? [];
  return `${before}${/^[a-z]+:\/\//.test(address) ? address : toPath(address)}`;
}
