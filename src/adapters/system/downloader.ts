import { createReadStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { KublerError } from '../../errors.ts';
import { explainWriteFailure } from '../../model/write-failure.ts';
import type { Downloader, DownloadSpec } from '../../ports/downloader.ts';
import type { httpGet, ProxySettings } from './http-get.ts';
import { openPartialFile, type PartialFile } from './partial-file.ts';
import { redactUrl } from './redact-url.ts';
import { RedirectError } from './redirect-error.ts';

export interface DownloaderOptions {
  readonly proxies: ProxySettings;
  /** PEM file with authorities trusted besides Node's own. */
  readonly caFile: string | undefined;
  readonly signal: AbortSignal;
  /** Pause before the second attempt, doubled before each further one; 500 by default. */
  readonly retryDelayMs?: number;
  /** How long a server may send nothing; 60 seconds by default. */
  readonly idleTimeoutMs?: number;
}

const attempts = 5;
const missing = new Set([404, 410]);
const passing = new Set([408, 425, 429, 500, 502, 503, 504]);

type Get = (url: string, headers: Readonly<Record<string, string>>) => ReturnType<typeof httpGet>;

/** How one attempt ended; what is thrown instead is not tried again. */
type Outcome = 'complete' | 'missing' | { readonly retry: string; readonly afterMs?: number };

/**
 * Fetches files over http, https and from `file:` addresses. Broken connections and answers 408, 425, 429 and 5xx
 * are tried five times, going on where the last attempt stopped when the server allows it; a file whose
 * checksum is known is resumed even after Kubler was interrupted.
 */
export function createDownloader(options: DownloaderOptions): Downloader {
  let connection: Promise<Get> | undefined;
  const connect = (): Promise<Get> => (connection ??= openConnection(options));
  return { download: (spec) => download(spec, options, connect) };
}

/** undici is loaded when something is fetched: most builds fetch nothing. */
async function openConnection(options: DownloaderOptions): Promise<Get> {
  const { caFile, signal, proxies, idleTimeoutMs = 60_000 } = options;
  const http = await import('./http-get.ts');
  const ca = caFile === undefined ? undefined : [...rootCertificates, await readCertificates(caFile)];
  const dispatcher = http.createDispatcher(proxies, ca, idleTimeoutMs);
  return (url, headers) => http.httpGet(url, headers, { dispatcher, signal });
}

const readCertificates = (caFile: string): Promise<string> =>
  readFile(caFile, 'utf8').catch((cause: unknown) => {
    throw new KublerError('CONFIG_INVALID', `cannot read certificate file "${caFile}": ${reasonOf(cause)}`, {
      cause,
    });
  });

async function download(
  spec: DownloadSpec,
  options: DownloaderOptions,
  connect: () => Promise<Get>,
): Promise<boolean> {
  await mkdir(dirname(spec.hostFile), { recursive: true });
  const file = await openPartialFile(spec.hostFile, spec.sha256 !== undefined);
  try {
    const found = await fetchInto(file, spec, options, connect);
    if (found) await file.finish();
    else await file.park(false);
    return found;
  } catch (error) {
    // On a full disk, what is there takes the room of everything else.
    const isFull = error instanceof KublerError && error.code === 'HOST_WRITE_FAILED';
    await file.park(spec.sha256 !== undefined && !isFull).catch(() => undefined);
    throw error;
  }
}

/** Tries until the bytes are there and right. A wrong sum after resuming may be the old part's fault: once more. */
async function fetchInto(
  file: PartialFile,
  spec: DownloadSpec,
  options: DownloaderOptions,
  connect: () => Promise<Get>,
): Promise<boolean> {
  const resumed = file.size > 0;
  if (!(await fetchWithRetries(file, spec, options, connect))) return false;
  if (spec.sha256 === undefined || file.sha256() === spec.sha256) return true;
  if (resumed) {
    await file.reset();
    if (!(await fetchWithRetries(file, spec, options, connect))) return false;
  }
  const sha256 = file.sha256();
  if (sha256 === spec.sha256) return true;
  await file.reset();
  throw new KublerError(
    'CHECKSUM_MISMATCH',
    `cannot use "${redactUrl(spec.url)}": its SHA-256 is ${sha256}, not ${spec.sha256}`,
  );
}

async function fetchWithRetries(
  file: PartialFile,
  spec: DownloadSpec,
  options: DownloaderOptions,
  connect: () => Promise<Get>,
): Promise<boolean> {
  const delayMs = options.retryDelayMs ?? 500;
  for (let attempt = 1; ; attempt++) {
    // Without a checksum nobody would notice two versions of a file glued together.
    if (spec.sha256 === undefined) await file.reset();
    else if (spec.sha256 === file.sha256()) return true;
    const outcome = await attemptOnce(file, spec, options.signal, connect);
    if (outcome === 'complete') return true;
    if (outcome === 'missing') return false;
    if (attempt === attempts) throw failed(spec, `${outcome.retry} (tried ${attempts} times)`);
    await sleep(outcome.afterMs ?? delayMs * 2 ** (attempt - 1), undefined, { signal: options.signal }).catch(
      () => undefined,
    );
  }
}

async function attemptOnce(
  file: PartialFile,
  spec: DownloadSpec,
  signal: AbortSignal,
  connect: () => Promise<Get>,
): Promise<Outcome> {
  const isFile = spec.url.startsWith('file:');
  try {
    signal.throwIfAborted();
    return await (isFile ? copyFile(file, spec) : fetchOnce(file, spec, await connect()));
  } catch (error) {
    if (signal.aborted) {
      throw new KublerError('INTERRUPTED', `cannot download "${redactUrl(spec.url)}": interrupted`, {
        cause: error,
      });
    }
    const explained = explainWriteFailure(error);
    if (explained instanceof KublerError) throw explained;
    if (isFile || error instanceof RedirectError || isCertificateFault(error)) {
      throw failed(spec, reasonOf(error), error);
    }
    return { retry: reasonOf(error) };
  }
}

async function copyFile(file: PartialFile, spec: DownloadSpec): Promise<Outcome> {
  await file.reset();
  try {
    await append(file, spec, createReadStream(fileURLToPath(spec.url)));
    return 'complete';
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'missing';
    throw error;
  }
}

async function fetchOnce(file: PartialFile, spec: DownloadSpec, get: Get): Promise<Outcome> {
  const range: Record<string, string> = file.size > 0 ? { range: `bytes=${file.size}-` } : {};
  const response = await get(spec.url, { 'accept-encoding': 'identity', ...range });
  const { statusCode: status, headers, body } = response;
  if (status === 200 || (status === 206 && startsAt(headers['content-range'], file.size))) {
    if (status === 200) await file.reset();
    await append(file, spec, body);
    return 'complete';
  }
  await body.dump();
  if (missing.has(status)) return 'missing';
  if (passing.has(status)) return { retry: `status ${status}`, ...retryAfter(headers['retry-after']) };
  if (file.size > 0 && (status === 206 || status === 416)) {
    await file.reset();
    return { retry: `status ${status}`, afterMs: 0 };
  }
  throw failed(spec, `status ${status}`);
}

async function append(file: PartialFile, spec: DownloadSpec, body: AsyncIterable<unknown>): Promise<void> {
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    if (file.size + bytes.length > spec.maxBytes) {
      await file.reset();
      throw failed(spec, `it is larger than maxBytes, the limit of ${spec.maxBytes} bytes`);
    }
    await file.write(bytes);
  }
}

/** RFC 9110 section 14.4: `bytes 100-199/200`. */
const startsAt = (contentRange: string | string[] | undefined, offset: number): boolean =>
  typeof contentRange === 'string' && contentRange.startsWith(`bytes ${offset}-`);

/** RFC 9110 section 10.2.3, the form in seconds; at most half a minute. */
function retryAfter(header: string | string[] | undefined): { afterMs?: number } {
  return typeof header === 'string' && /^\d{1,6}$/.test(header)
    ? { afterMs: Math.min(Number(header), 30) * 1000 }
    : {};
}

const failed = (spec: DownloadSpec, reason: string, cause?: unknown): KublerError =>
  new KublerError('DOWNLOAD_FAILED', `cannot download "${redactUrl(spec.url)}": ${reason}`, { cause });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** An authority that is not trusted stays so, however often it is asked. */
const isCertificateFault = (error: unknown): boolean =>
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(codeOf(error));

/** Node puts the reason of a refused connection in `code` when several addresses were tried. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message === '' ? codeOf(error) : message;
}
