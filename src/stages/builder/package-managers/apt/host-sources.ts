import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessRunner } from '../../../../ports/process-runner.ts';
import { parseDeb822, type Paragraph } from '../../../../model/deb822.ts';

/** A binary package source the host's own apt uses. */
export interface HostSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/** Reads `sources.list` and `sources.list.d/` of a host, sources.list(5); files that are not there have none. */
export async function readHostSources(aptDir = '/etc/apt'): Promise<readonly HostSource[]> {
  const partsDir = join(aptDir, 'sources.list.d');
  const names = (await readdir(partsDir).catch(() => [])).sort();
  const files = [join(aptDir, 'sources.list'), ...names.map((name) => join(partsDir, name))];
  const sources: HostSource[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.list')) sources.push(...parseListFile(text));
    if (file.endsWith('.sources')) sources.push(...parseSourcesFile(text));
  }
  return sources;
}

/** The one-line format: `deb [option=value …] URI SUITE COMPONENT…`. */
export function parseListFile(text: string): HostSource[] {
  return text.split('\n').flatMap((line) => {
    const words = line
      .replace(/#.*/, '')
      .replace(/^(\s*deb\s+)\[[^\]]*\]/, '$1')
      .trim()
      .split(/\s+/);
    const [type, uri, suite, ...components] = words;
    return type === 'deb' && uri !== undefined && suite !== undefined ? [{ uri, suite, components }] : [];
  });
}

/** The deb822 format: each paragraph names types, URIs, suites and components. */
export function parseSourcesFile(text: string): HostSource[] {
  const words = (paragraph: Paragraph, name: string): string[] =>
    (paragraph.get(name) ?? '').split(/\s+/).filter(Boolean);
  return parseDeb822(text).flatMap((paragraph) => {
    const enabled = !/^(no|false|0|off|without|disable)$/i.test(paragraph.get('enabled') ?? 'yes');
    if (!enabled || !words(paragraph, 'types').includes('deb')) return [];
    const components = words(paragraph, 'components');
    return words(paragraph, 'uris').flatMap((uri) =>
      words(paragraph, 'suites').map((suite) => ({ uri, suite, components })),
    );
  });
}

/** The mirror the installed debootstrap would use by itself; undefined without debootstrap. */
export async function readDebootstrapMirror(runner: ProcessRunner): Promise<string | undefined> {
  const script = await runner.which('debootstrap');
  const text = script === undefined ? '' : await readFile(script, 'utf8');
  return /^DEF_MIRROR="([^"]+)"/m.exec(text)?.[1];
}
