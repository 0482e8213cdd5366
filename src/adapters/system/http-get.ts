import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { RedirectError } from './redirect-error.ts';

/** What every request of one downloader shares. */
export interface HttpContext {
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
}

export interface ProxySettings {
  readonly httpProxy: string | undefined;
  readonly httpsProxy: string | undefined;
  readonly noProxy: string | undefined;
}

const maxRedirects = 5;

/**
 * Bytes of an answer that wait to be read before the server has to. undici 7 ends the process when a server hangs up while it
 * has to (nodejs/undici#5360), as those do that close after each answer; the fix is in version 8, which Node 20 does not run.
 * Who reads slower than a network only holds this much.
 */
const highWaterMark = 128 * 1024 * 1024;

/**
 * Connections through these proxies and no others: the environment is not looked at. `ca`: PEM texts of every
 * trusted authority; undefined: Node's own. Plain http goes to a proxy as an ordinary request, not a tunnel,
 * as apt does it, so that caching proxies work. A server that sends nothing for `idleTimeoutMs` is given up.
 */
export function createDispatcher(
  proxies: ProxySettings,
  ca: readonly string[] | undefined,
  idleTimeoutMs: number,
): Dispatcher {
  const tls = ca === undefined ? {} : { ca: [...ca] };
  const timeouts = { headersTimeout: idleTimeoutMs, bodyTimeout: idleTimeoutMs };
  const connect = { timeout: 30_000, ...tls };
  if (!proxies.httpProxy && !proxies.httpsProxy) return new Agent({ ...timeouts, connect });
  return new EnvHttpProxyAgent({
    httpProxy: proxies.httpProxy ?? '',
    httpsProxy: proxies.httpsProxy ?? '',
    noProxy: proxies.noProxy ?? '',
    proxyTunnel: false,
    ...timeouts,
    connect,
    requestTls: connect,
    proxyTls: connect,
  });
}

/** GET, following at most five redirects, none from https to http; a password goes to its own origin only. */
export async function httpGet(
  url: string,
  headers: Readonly<Record<string, string>>,
  context: HttpContext,
): Promise<Dispatcher.ResponseData> {
  let target = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const response = await request(withoutUser(target), {
      dispatcher: context.dispatcher,
      signal: context.signal,
      highWaterMark,
      headers: { 'user-agent': 'kubler', ...headers, ...basicAuth(target) },
    });
    const location = response.headers['location'];
    if (response.statusCode < 300 || response.statusCode > 399 || typeof location !== 'string')
      return response;
    await response.body.dump();
    if (redirects === maxRedirects) throw new RedirectError(`more than ${maxRedirects} redirects`);
    target = followRedirect(target, location);
  }
}

function followRedirect(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href))
    throw new RedirectError('it redirects to something that is no address');
  const to = new URL(location, from.href);
  const allowed = from.protocol === 'https:' ? ['https:'] : ['http:', 'https:'];
  if (!allowed.includes(to.protocol))
    throw new RedirectError(`it redirects from ${from.protocol} to ${to.protocol}`);
  if (to.origin === from.origin && to.username === '') {
    to.username = from.username;
    to.password = from.password;
  }
  return to;
}

function withoutUser(url: URL): URL {
  const bare = new URL(url.href);
  bare.username = '';
  bare.password = '';
  return bare;
}

function basicAuth(url: URL): Record<string, string> {
  if (url.username === '') return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
