import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { explainApkFailure } from '../../../../../../src/stages/builder/package-managers/apk/explain-failure.ts';
import { parseApkIndex } from '../../../../../../src/stages/builder/package-managers/apk/parse-index.ts';
import { parseSimulation } from '../../../../../../src/stages/builder/package-managers/apk/parse-simulation.ts';

/** What the real apk printed, of the packages in test/support/apk-packages.ts. */
const recorded = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8');

const offers = parseApkIndex('C:Q1x\nP:greet\nV:2.1-r3\np:cmd:greet=2.1-r3\n\nC:Q1y\nP:mta-a\nV:1-r0\n');
const explain = (name: string) =>
  explainApkFailure(recorded(name), () => Promise.resolve(offers), 'acme/greet');

describe.each(['apk2', 'apk3'])('%s', (version) => {
  it('names the packages it would install, in its order', () => {
    expect(
      parseSimulation(recorded(`install-${version}.txt`)).map(({ name, version }) => `${name} ${version}`),
    ).toEqual([
      ...['docs 1-r0', 'musl 1.2.3-r4', 'libgreet 1.0-r0', 'greet 2.1-r3', 'greet-doc 2.1-r3'],
      ...['mta-b 1-r0', 'plugins 1-r0', 'plugin-b 1-r0'],
    ]);
  });

  it('names the new version of what changes, without its tag, and nothing of what goes', () => {
    expect(parseSimulation(recorded(`change-${version}.txt`))).toEqual([
      { name: 'docs', version: '2-r0' },
      { name: 'mta-a', version: '2_rc1-r0' },
      { name: 'nosh', version: '1-r0' },
    ]);
  });

  it('is explained where it does not know a name that was asked for', async () => {
    const faults = await explain(`unknown-${version}.txt`);
    expect(faults.map(({ code, message, hint }) => [code, message, hint])).toEqual([
      [
        'PACKAGE_UNKNOWN',
        'cannot install package "cmd:nothing" of acme/greet: no repository has it',
        elsewhere,
      ],
      [
        'PACKAGE_UNKNOWN',
        'cannot install package "gret" of acme/greet: no repository has it',
        'did you mean "greet"?',
      ],
      [
        'PACKAGE_UNKNOWN',
        'cannot install the packages of acme/greet: apk finds no way to have all they need',
        elsewhere,
      ],
    ]);
    expect(faults.at(-1)?.details.map((line) => line.trim())).toEqual([
      ...['nonesuch (no such package):', 'required by: broken-1-r0[nonesuch>3]'],
      ...['so:libnone.so.4 (no such package):', 'required by: broken-1-r0[so:libnone.so.4]'],
    ]);
  });

  it('is explained where packages exclude each other', async () => {
    const [fault, ...more] = await explain(`conflict-${version}.txt`);
    expect(more).toEqual([]);
    expect(fault?.details.map((line) => line.trim())).toEqual([
      ...['olddaemon-0.1-r0:', 'breaks: daemon-0.5-r1[!olddaemon]', 'satisfies: world[olddaemon]'],
    ]);
  });

  it('is explained where it leaves the choice of a provider to us', async () => {
    const [fault] = await explain(`virtual-${version}.txt`);
    expect(fault?.hint).toBe('name one of the packages that provide it in _packages');
    expect(fault?.details.join('\n')).toContain('provided by: busybox');
  });

  it('is left alone where it says nothing of packages', async () => {
    expect(await explainApkFailure('ERROR: disk full', () => Promise.resolve(offers), 'a/b')).toEqual([]);
  });
});

const elsewhere =
  '`kubler update` refreshes the package index; apk.repositories of kubler.config.yaml says what it covers';

it('is explained where apk is older than the index', async () => {
  const output = 'this apk reads no repository of version 3\n';
  const [fault] = await explainApkFailure(output, () => Promise.resolve(offers), 'acme/greet');
  expect(fault?.message).toBe('cannot install the packages of acme/greet: apk 2 reads no index of version 3');
});
