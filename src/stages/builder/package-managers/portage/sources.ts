import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KublerError } from '../../../../errors.ts';
import { positionOf } from '../../../../model/position-of.ts';
import type { BuilderBase } from '../../../../model/project.ts';
import type { IndexUser } from '../package-manager.ts';

/** Where Portage's tree of a builder comes from. */
export type TreeSource =
  /** It is in the base. */
  | { readonly kind: 'base' }
  /** A mirror's snapshot, signed; `date`: `20261115` or `latest`. */
  | { readonly kind: 'snapshot'; readonly date: string }
  /** `date`: the day it is of, if it is told. */
  | { readonly kind: 'tarball'; readonly url: string; readonly sha256: string; readonly date: string }
  /** `at`: a commit, a day, or `latest`. */
  | { readonly kind: 'git'; readonly url: string; readonly at: string };

/** What a Gentoo builder starts from, wherever its parts lie. */
export interface PortageSources {
  readonly base: BuilderBase | undefined;
  readonly tree: TreeSource;
  /** Base addresses without a slash at their end. */
  readonly mirrors: readonly string[];
  readonly keyring: string;
}

/** Where Gentoo's package `sec-keys/openpgp-keys-gentoo-release` has the keys. */
const gentooKeyring = '/usr/share/openpgp-keys/gentoo-release.asc';

/** Reads what a builder's build.conf and the settings say. Throws `CONFIG_INVALID`. */
export function readSources({ root, settings }: Pick<IndexUser, 'root' | 'settings'>): PortageSources {
  const { mirrors, keyring = gentooKeyring } = settings.portage;
  return {
    base: root.base,
    tree: readTree(root, settings),
    mirrors: mirrors.map((mirror) => mirror.replace(/\/+$/, '')),
    keyring,
  };
}

function readTree(root: IndexUser['root'], settings: IndexUser['settings']): TreeSource {
  const value = (name: string): string | undefined => {
    const found = root.variables.get(name);
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const [tree, ownDate] = [value('PORTAGE_TREE'), value('PORTAGE_DATE')];
  const date = ownDate ?? settings.portage.date ?? 'latest';
  const [, kind, where = ''] = /^(tarball|git):(.+)$/.exec(tree ?? '') ?? [];
  if (kind === 'git') return { kind, url: where, at: date };
  if (kind === 'tarball') {
    const sha256 = value('PORTAGE_TREE_SHA256');
    if (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256))
      return { kind, url: toUrl(where, root.dir), sha256, date };
    throw refuse(
      root,
      'PORTAGE_TREE',
      'PORTAGE_TREE_SHA256 does not give its SHA-256, 64 hexadecimal digits',
    );
  }
  if (tree !== undefined && tree !== 'base')
    throw refuse(root, 'PORTAGE_TREE', 'it must be tarball:ADDRESS-OR-PATH, git:ADDRESS or base');
  if (tree === 'base' || (root.base?.kind !== 'stage3' && ownDate === undefined)) return { kind: 'base' };
  if (/^(latest|\d{8})$/.test(date)) return { kind: 'snapshot', date };
  throw refuse(root, 'PORTAGE_DATE', 'it must be a day such as 20261115, or latest');
}

const toUrl = (where: string, dir: string): string => {
  if (/^(?:https?|file):\/\//.test(where)) return where;
  return pathToFileURL(isAbsolute(where) ? where : resolve(dir, where)).href;
};

const refuse = (root: IndexUser['root'], variable: string, reason: string): KublerError =>
  new KublerError('CONFIG_INVALID', `cannot use ${variable} of builder "${root.name}": ${reason}`, {
    ...positionOf(root, variable),
  });
