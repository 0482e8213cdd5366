import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { KublerError } from '../../../../errors.ts';
import type { IndexUser } from '../package-manager.ts';
import type { BaseSources } from './read-base.ts';
import { parseRepositories, type ApkRepository } from './repositories.ts';
import type { ApkKeys } from './verify-index.ts';

/** Where the packages of a builder and its images come from, and who signs them. */
export interface ApkSources {
  readonly repositories: readonly ApkRepository[];
  readonly keys: ApkKeys;
  /** As apk names it: `x86_64`. */
  readonly architecture: string;
}

/** What a project says itself; what is empty is the base's. */
interface Named {
  readonly repositories: readonly string[];
  /** Files, or folders with them; absolute. */
  readonly keys: readonly string[];
}

/** The builder's build.conf (APK_REPOSITORIES, APK_KEYS), else the settings. */
export function namedSources({ root, settings }: IndexUser): Named {
  const words = (name: string): readonly string[] =>
    [root.variables.get(name) ?? []].flat().flatMap((text) => text.split(/\s+/).filter(Boolean));
  const fromBuilder = (word: string): string => (isPath(word) ? resolve(root.dir, word) : word);
  const own = {
    repositories: joinPrefixes(words('APK_REPOSITORIES').map(fromBuilder)),
    keys: words('APK_KEYS'),
  };
  return {
    repositories: own.repositories.length > 0 ? own.repositories : settings.apk.repositories,
    keys: own.keys.length > 0 ? own.keys.map((path) => resolve(root.dir, path)) : settings.apk.keys,
  };
}

const isPrefix = (word: string): boolean => /^(?:@.*|v2|v3|ndx)$/.test(word);
const isPath = (word: string): boolean =>
  !/^[a-z][a-z0-9+.-]*:\/\//i.test(word) && !isPrefix(word) && !isAbsolute(word);

/** `v3`, `@edge`, `https://…` → `v3 @edge https://…`: type and tag belong to the address after them. */
function joinPrefixes(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let before = '';
  for (const word of words) {
    if (!isPrefix(word)) lines.push(`${before}${word}`);
    before = isPrefix(word) ? `${before}${word} ` : '';
  }
  return lines;
}

/** Apk's name of an architecture as Node names it. */
export const toApkArchitecture = (node: string): string =>
  new Map([
    ['x64', 'x86_64'],
    ['arm64', 'aarch64'],
  ]).get(node) ?? node;

export interface ResolveSourcesOptions {
  readonly user: IndexUser;
  /** Undefined: the base is no tarball, so that nobody knows what it says. */
  readonly base: BaseSources | undefined;
  /** This machine's, as apk names it. */
  readonly architecture: string;
  readonly warn: (text: string) => void;
}

/** Throws `CONFIG_INVALID` where no repository or no key is named, or one cannot be used. */
export async function resolveSources(options: ResolveSourcesOptions): Promise<ApkSources> {
  const { user, base } = options;
  const named = namedSources(user);
  const builder = user.root.name;
  const isOwn = named.repositories.length > 0;
  const repositories = readRepositories(isOwn ? named.repositories.join('\n') : (base?.repositories ?? ''), {
    ...{ builder, isOwn, warn: options.warn },
  });
  if (repositories.length === 0) throw missing(builder, 'repository', 'apk.repositories', base);
  const keys = named.keys.length > 0 ? await readKeys(named.keys) : (base?.keys ?? new Map<string, string>());
  if (keys.size === 0) throw missing(builder, 'key', 'apk.keys', base);
  return { repositories, keys, architecture: checkArchitecture(options) };
}

function readRepositories(
  text: string,
  {
    builder,
    isOwn,
    warn,
  }: { readonly builder: string; readonly isOwn: boolean; readonly warn: (text: string) => void },
): readonly ApkRepository[] {
  return parseRepositories(text).flatMap((line) => {
    if ('repositories' in line) return line.repositories;
    // What a project names must be right; of what a base has, the rest may do.
    if (isOwn)
      throw new KublerError(
        'CONFIG_INVALID',
        `cannot use a repository of builder "${builder}": ${line.fault}`,
      );
    warn(`of the base's repositories one is left out: ${line.fault}`);
    return [];
  });
}

async function readKeys(paths: readonly string[]): Promise<ApkKeys> {
  const keys = new Map<string, string>();
  for (const path of paths)
    for (const file of await keyFiles(path)) keys.set(basename(file), await readKey(file));
  return keys;
}

async function keyFiles(path: string): Promise<readonly string[]> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory();
  if (isFolder !== true) return [path];
  return (await readdir(path)).filter((name) => name.endsWith('.pub')).map((name) => join(path, name));
}

const readKey = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KublerError('CONFIG_INVALID', `cannot read key "${file}": ${reason}`, {
      hint: 'apk.keys names files with public keys in PEM form, called as the signatures name them',
      cause,
    });
  });

function checkArchitecture({ user, base, architecture }: ResolveSourcesOptions): string {
  const found = base?.architecture ?? architecture;
  if (found === architecture) return found;
  throw new KublerError(
    'HOST_UNSUPPORTED',
    `cannot use the base of builder "${user.root.name}": it is for ${found}, and this machine is ${architecture}`,
  );
}

const missing = (
  builder: string,
  what: string,
  setting: string,
  base: BaseSources | undefined,
): KublerError =>
  new KublerError('CONFIG_INVALID', `cannot find packages for builder "${builder}": no ${what} is named`, {
    hint:
      base === undefined
        ? `set ${setting} in kubler.config.yaml: only of a tarball Kubler reads what is in etc/apk`
        : `the base has none in etc/apk: set ${setting} in kubler.config.yaml`,
  });
