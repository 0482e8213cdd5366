import { expect, test } from 'vitest';
import type { HostSource } from '../../../../../../src/stages/builder/package-managers/apt/host-sources.ts';
import {
  resolveSources,
  type SourceOptions,
} from '../../../../../../src/stages/builder/package-managers/apt/sources.ts';

const host = (uri: string, suite: string, ...components: string[]): HostSource => ({
  uri,
  suite,
  components: components.length > 0 ? components : ['main'],
});

const debian = [
  host('http://m.invalid/debian/', 'bookworm'),
  host('http://m.invalid/debian/', 'bookworm-updates'),
  host('http://s.invalid/debian-security', 'bookworm-security'),
];

const apt = {
  mirror: undefined,
  securityMirror: undefined,
  keyring: undefined,
  components: ['main', 'contrib'],
  sources: [],
  checkValidUntil: true,
};

function resolve(options: Partial<SourceOptions> & { apt?: object }) {
  const warnings: string[] = [];
  const sources = resolveSources({
    settings: { apt: { ...apt, ...options.apt } },
    suite: 'bookworm',
    hostSources: debian,
    defaultMirror: 'http://default.invalid/debian',
    warn: (text) => warnings.push(text),
    ...options,
  });
  return { sources, warnings, lines: sources.map(({ kind, uri, suite }) => `${kind} ${uri} ${suite}`) };
}

test("the host's own mirrors are used for archive, updates and security", () => {
  const { lines, sources, warnings } = resolve({});
  expect(lines).toEqual([
    'archive http://m.invalid/debian bookworm',
    'updates http://m.invalid/debian bookworm-updates',
    'security http://s.invalid/debian-security bookworm-security',
  ]);
  expect(sources[0]?.components).toEqual(['main', 'contrib']);
  expect(warnings).toEqual([]);
});

test('settings win over the host', () => {
  const settings = { mirror: 'http://own.invalid/d/', securityMirror: 'file:///srv/s', keyring: '/k.gpg' };
  const { lines, sources } = resolve({ apt: settings });
  expect(lines).toEqual([
    'archive http://own.invalid/d bookworm',
    'updates http://own.invalid/d bookworm-updates',
    'security file:///srv/s bookworm-security',
  ]);
  expect(sources[2]?.keyFile).toBe('/k.gpg');
});

test('another suite comes from the same mirrors', () => {
  expect(resolve({ suite: 'trixie' }).lines).toEqual([
    'archive http://m.invalid/debian trixie',
    'updates http://m.invalid/debian trixie-updates',
    'security http://s.invalid/debian-security trixie-security',
  ]);
});

test('other vendors on the host are not taken for the archive', () => {
  const hostSources = [
    host('http://php.invalid', 'bookworm'),
    host('http://docker.invalid', 'bookworm', 'stable'),
    host('cdrom:[disk]', 'bookworm'),
    host('http://pg.invalid', 'bookworm-pgdg'),
    ...debian,
  ];
  expect(resolve({ hostSources }).lines[0]).toBe('archive http://m.invalid/debian bookworm');
});

test('without a host of that kind debootstrap decides, and security is missing with a warning', () => {
  const { lines, warnings } = resolve({ hostSources: [host('http://u.invalid', 'noble')] });
  expect(lines).toEqual([
    'archive http://default.invalid/debian bookworm',
    'updates http://default.invalid/debian bookworm-updates',
  ]);
  expect(warnings).toEqual(['no security updates for bookworm: set apt.security_mirror']);
});

test('sid has neither updates nor security', () => {
  const { lines, warnings } = resolve({ suite: 'sid' });
  expect(lines).toEqual(['archive http://m.invalid/debian sid']);
  expect(warnings).toEqual([]);
});

test('no mirror at all is a fault of the configuration', () => {
  expect(() => resolve({ hostSources: [], defaultMirror: undefined })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID' }),
  );
});

test('extra sources come last, flat ones are refused', () => {
  const extra = { uri: 'https://x.invalid/apt/', suite: 'any', components: ['main'], keyFile: '/x.asc' };
  expect(resolve({ apt: { sources: [extra] } }).sources[3]).toEqual({
    kind: 'extra',
    ...extra,
    uri: 'https://x.invalid/apt',
  });
  expect(() => resolve({ apt: { sources: [{ ...extra, suite: './', components: [] }] } })).toThrow(
    'no components',
  );
});
