import { pathToFileURL } from 'node:url';

/** Where packages come from. */
export interface ApkRepository {
  /** Without a slash at its end. May hold a password: never shown, never in a file of the index. */
  readonly url: string;
  /** Its packages are only taken where they are asked for with it: `jq@edge`. */
  readonly tag: string | undefined;
  /** Where its index is, if elsewhere than in version 2: `${arch}/Packages.adb`, `main.adb`. */
  readonly index?: string;
}

/** What a line of a file of repositories says. */
export type RepositoryLine =
  | { readonly repositories: readonly ApkRepository[] }
  /** Why it cannot be used. */
  | { readonly fault: string };

/**
 * The repositories of a file such as `/etc/apk/repositories` (apk-repositories(5)), or of lines as it has them. A folder
 * of the host is an absolute path.
 */
export function parseRepositories(text: string): readonly RepositoryLine[] {
  const variables = new Map<string, string>();
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [first = ''] = words;
    if (first === '' || first.startsWith('#')) return [];
    if (first !== 'set') return parseLine(words.map((word) => expand(word, variables)));
    define(words.slice(1), variables);
    return [];
  });
}

function define(words: readonly string[], variables: Map<string, string>): void {
  const isDefault = words[0] === '-default';
  const [, name, value = ''] = /^(\w+)=(.*)$/.exec(words.slice(isDefault ? 1 : 0).join(' ')) ?? [];
  if (name !== undefined && !(isDefault && variables.has(name)))
    variables.set(name, expand(value, variables));
}

const expand = (word: string, variables: ReadonlyMap<string, string>): string =>
  word.replace(/\$\{(\w+)\}/g, (text, name: string) => variables.get(name) ?? text);

function parseLine(words: readonly string[]): readonly RepositoryLine[] {
  const rest = [...words];
  const type = /^(?:v2|v3|ndx)$/.test(rest[0] ?? '') ? rest.shift() : undefined;
  const tag = rest[0]?.startsWith('@') ? rest.shift() : undefined;
  const [address = '', ...components] = rest;
  const shown = withoutPassword(address);
  if (!/^(?:https?|file):\/\/|^\//.test(address))
    return [{ fault: `"${shown}" is neither an address (http, https, file) nor an absolute path` }];
  const base = (address.startsWith('/') ? pathToFileURL(address).href : address).replace(/\/+$/, '');
  if (type === 'ndx' || (type === undefined && /\.(?:adb|tar\.gz)$/.test(base))) {
    const end = base.lastIndexOf('/');
    return [{ repositories: [{ url: base.slice(0, end), tag, index: base.slice(end + 1) }] }];
  }
  const urls = components.length === 0 ? [base] : components.map((each) => `${base}/${each}`);
  const index = type === 'v3' ? { index: '${arch}/Packages.adb' } : {};
  return [{ repositories: urls.map((url) => ({ url, tag, ...index })) }];
}

/** The address as messages have it. */
export const withoutPassword = (address: string): string =>
  address.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1***@');

/** Where the packages of a repository are, where its index does not say: beside an index that is named itself. */
export const defaultLayout = (source: ApkRepository | undefined): string | undefined =>
  source?.index === undefined || source.index.includes('/') ? undefined : '${name}-${version}.apk';
