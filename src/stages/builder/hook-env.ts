import type { Settings, Variables } from '../../model/project.ts';

/**
 * What build.sh gets on top of `sessionEnv`: the namespace, the `BOB_*` variables of build.conf, and the proxies, which
 * may be secrets. Nothing else needs a proxy: packages are fetched by Kubler, and installed without a network.
 */
export function hookEnv(options: {
  readonly settings: Settings;
  readonly variables: Variables;
  readonly namespace: string;
}): Readonly<Record<string, string>> {
  return {
    NAMESPACE: options.namespace,
    ...bobVariables(options.variables),
    ...proxyEnv(options.settings),
  };
}

function bobVariables(variables: Variables): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of variables) {
    if (name.startsWith('BOB_')) result[name] = typeof value === 'string' ? value : value.join(' ');
  }
  return result;
}

/** The proxy variables in both spellings, as tools differ in which they read. */
export function proxyEnv(settings: Settings): Record<string, string> {
  const { httpProxy, httpsProxy, noProxy } = settings.network;
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['http_proxy', httpProxy],
    ['https_proxy', httpsProxy],
    ['no_proxy', noProxy],
  ];
  return Object.fromEntries(
    pairs.flatMap(([name, value]) =>
      value === undefined
        ? []
        : [
            [name, value],
            [name.toUpperCase(), value],
          ],
    ),
  );
}
