import type { Settings } from '../../model/project.ts';

/**
 * What must reach neither a log nor an image of the proxies' addresses, the longest first, as what is replaced must not
 * be what another one is recognised by.
 */
export function proxySecrets({ network }: Settings): readonly string[] {
  const texts = [network.httpProxy, network.httpsProxy].flatMap((address = '') => secretsIn(address));
  return [...new Set(texts)].filter((text) => text.length > 2).sort((a, b) => b.length - a.length);
}

/**
 * The address, user with password, and the password, or the user where there is none (a token): as written, decoded,
 * and as HTTP sends them (RFC 7617).
 */
function secretsIn(address: string): readonly string[] {
  const [, login = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(.*)@/is.exec(address) ?? [];
  if (login === '') return [];
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(login) ?? [];
  const written = [address, login, password === '' ? user : password];
  return [...written, ...written.map(decode), toBase64(`${decode(user)}:${decode(password)}`)];
}

const toBase64 = (text: string): string => Buffer.from(text).toString('base64');

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
