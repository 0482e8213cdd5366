import type { Settings, Variables } from '../../model/project.ts';

/** Where containers find the private certificate authority, when one is configured. */
export const caContainerPath = '/.kubler-ca.pem';

/**
 * Environment of every command in a build container: fixed for equal bytes (`SOURCE_DATE_EPOCH`, time zone,
 * locale, hash seed), the image's `BOB_*` variables, and the proxies, which are secrets.
 */
export function sessionEnv(options: {
  readonly settings: Settings;
  readonly variables: Variables;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly namespace: string;
}): Record<string, string> {
  return {
    SOURCE_DATE_EPOCH: String(options.epoch),
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
    HOME: '/root',
    DEBIAN_FRONTEND: 'noninteractive',
    PYTHONHASHSEED: '0',
    APT_CONFIG: '/.kubler/apt/apt.conf',
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
function proxyEnv(settings: Settings): Record<string, string> {
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

/**
 * What must not reach a log of the proxies' passwords: the addresses, the user with the password, and the password,
 * as written, decoded and as HTTP sends them (RFC 7617).
 */
export function proxySecrets(settings: Settings): readonly string[] {
  const { httpProxy, httpsProxy } = settings.network;
  const secrets = [httpProxy, httpsProxy].flatMap((address = '') => {
    const [, pair = '', password = ''] = /^(?:[a-z]+:\/\/)?([^@/]*?:([^@/]*))@/i.exec(address) ?? [];
    const encoded = [address, pair, password];
    return password === '' ? [] : [...encoded, ...encoded.map(decode), toBase64(decode(pair))];
  });
  // The longest first: what is replaced must not be what another one is recognised by.
  return [...new Set(secrets)].filter((text) => text.length > 2).sort((a, b) => b.length - a.length);
}

const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
