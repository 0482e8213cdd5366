import { KublerError } from '../../../../errors.ts';
import type { Settings } from '../../../../model/project.ts';
import type { HostSource } from './host-sources.ts';

/** One suite of one archive that packages come from. */
export interface AptSourceSpec {
  readonly kind: 'archive' | 'updates' | 'security' | 'extra';
  /** Base address without a slash at its end. May hold a password: never shown, never in a file of the index. */
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** OpenPGP keys that sign it, armored or not. */
  readonly keyFile: string;
}

export interface SourceOptions {
  readonly settings: Pick<Settings, 'apt'>;
  readonly suite: string;
  readonly hostSources: readonly HostSource[];
  /** What debootstrap would use, the last resort. */
  readonly defaultMirror: string | undefined;
  readonly warn: (text: string) => void;
}

/** The distribution's keys, in package `debian-archive-keyring`. */
export const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const suites =
  /^(buster|bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable|experimental)$/;
const rolling = new Set(['sid', 'unstable', 'experimental', 'rc-buggy']);

/**
 * Where the packages of a suite come from: the archive (suite and updates), its security archive, then the extra
 * sources. Mirrors: the settings', else those of the host's own apt, else debootstrap's. Throws `CONFIG_INVALID`.
 */
export function resolveSources(options: SourceOptions): AptSourceSpec[] {
  const { settings, suite } = options;
  const uri = archiveMirror(options);
  const common = { components: settings.apt.components, keyFile: settings.apt.keyring ?? debianKeyring };
  const sources: AptSourceSpec[] = [{ kind: 'archive', uri, suite, ...common }];
  if (!rolling.has(suite)) {
    sources.push({ kind: 'updates', uri, suite: `${suite}-updates`, ...common });
    const security = settings.apt.securityMirror ?? hostSecurityMirror(options.hostSources, suite);
    if (security === undefined) options.warn(`no security updates for ${suite}: set apt.security_mirror`);
    else sources.push({ kind: 'security', uri: trim(security), suite: `${suite}-security`, ...common });
  }
  return [...sources, ...settings.apt.sources.map(toExtra)];
}

function toExtra(source: Settings['apt']['sources'][number]): AptSourceSpec {
  if (source.components.length > 0 && !source.suite.endsWith('/')) {
    return { kind: 'extra', ...source, uri: trim(source.uri) };
  }
  throw new KublerError('CONFIG_INVALID', `cannot use apt source "${source.suite}": it has no components`, {
    hint: 'flat repositories (a suite that ends with "/") are not supported',
  });
}

function archiveMirror({ settings, suite, hostSources, defaultMirror }: SourceOptions): string {
  const uri = settings.apt.mirror ?? hostArchiveMirror(hostSources, suite) ?? defaultMirror;
  if (uri !== undefined) return trim(uri);
  throw new KublerError('CONFIG_INVALID', `cannot find a Debian mirror for "${suite}": none is configured`, {
    hint: 'set apt.mirror in kubler.config.yaml',
  });
}

/**
 * The archive is the source of a Debian suite's component `main` that has the suite's updates too; other vendors
 * also use the names of suites.
 */
function hostArchiveMirror(sources: readonly HostSource[], suite: string): string | undefined {
  const usable = sources.filter((source) => isFetchable(source.uri) && source.components.includes('main'));
  const archives = usable.filter((source) => suites.test(source.suite));
  const hasUpdates = (source: HostSource): boolean =>
    usable.some((other) => other.uri === source.uri && other.suite === `${source.suite}-updates`);
  const found =
    archives.find((source) => source.suite === suite && hasUpdates(source)) ??
    archives.find(hasUpdates) ??
    archives.find((source) => source.suite === suite) ??
    archives[0];
  return found?.uri;
}

function hostSecurityMirror(sources: readonly HostSource[], suite: string): string | undefined {
  const found = sources.filter(
    (source) =>
      isFetchable(source.uri) &&
      source.components.includes('main') &&
      source.suite.endsWith('-security') &&
      suites.test(source.suite.slice(0, -'-security'.length)),
  );
  return (found.find((source) => source.suite === `${suite}-security`) ?? found[0])?.uri;
}

const isFetchable = (uri: string): boolean => /^(https?|file):/.test(uri);
const trim = (uri: string): string => uri.replace(/\/+$/, '');
