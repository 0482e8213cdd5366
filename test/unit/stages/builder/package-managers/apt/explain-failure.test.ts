import { expect, test } from 'vitest';
import { explainAptFailure } from '../../../../../../src/stages/builder/package-managers/apt/explain-failure.ts';

const versions = new Map([
  ['jq', ['1.6-2.1+deb12u3', '1.6-2.1']],
  ['jo', ['1.0']],
]);
const explain = (output: string) => explainAptFailure(output, () => Promise.resolve(versions), 'acme/jq');

test('an unknown package is named with what was probably meant', async () => {
  expect(await explain('Reading package lists...\nE: Unable to locate package jqq\n')).toMatchObject([
    {
      code: 'PACKAGE_UNKNOWN',
      message: 'cannot install package "jqq" of acme/jq: apt says: Unable to locate package jqq',
      hint: 'did you mean "jq"?',
    },
  ]);
});

test('a package nothing resembles points at the index', async () => {
  expect((await explain('E: Unable to locate package something-else'))[0]?.hint).toContain('kubler update');
});

test('a missing version comes with those there are', async () => {
  expect(await explain("E: Version '9' for 'jq' was not found")).toMatchObject([
    {
      message: "cannot install package \"jq=9\" of acme/jq: apt says: Version '9' for 'jq' was not found",
      hint: 'the index has 1.6-2.1+deb12u3, 1.6-2.1',
    },
  ]);
});

test('every package apt does not know is told, each with its own reason', async () => {
  const output =
    "E: Version '9' for 'jq' was not found\nE: Unable to locate package joo\nE: Unable to locate package joo\n";
  expect((await explain(output)).map(({ message, hint }) => [message, hint])).toEqual([
    [
      "cannot install package \"jq=9\" of acme/jq: apt says: Version '9' for 'jq' was not found",
      'the index has 1.6-2.1+deb12u3, 1.6-2.1',
    ],
    ['cannot install package "joo" of acme/jq: apt says: Unable to locate package joo', 'did you mean "jo"?'],
  ]);
});

test('a virtual package comes with its providers', async () => {
  const output = [
    'Package mail-transport-agent is a virtual package provided by:',
    '  ssmtp 2.64-11',
    '  postfix 3.7.11-0+deb12u1',
    '',
    "E: Package 'mail-transport-agent' has no installation candidate",
  ].join('\n');
  expect(await explain(output)).toMatchObject([
    {
      details: ['ssmtp 2.64-11', 'postfix 3.7.11-0+deb12u1'],
      hint: 'name one of the packages that provide it',
    },
  ]);
});

test('packages that do not fit together are listed, and the names of the index are not needed', async () => {
  const output = [
    'The following packages have unmet dependencies:',
    ' exim4-daemon-light : Conflicts: mail-transport-agent',
    ' postfix : Conflicts: mail-transport-agent',
    'E: Unable to correct problems, you have held broken packages.',
  ].join('\n');
  const errors = await explainAptFailure(output, () => Promise.reject(new Error('read')), 'acme/mail');
  expect(errors).toMatchObject([
    {
      code: 'PACKAGE_UNKNOWN',
      message: 'cannot install the packages of acme/mail: unmet dependencies',
      details: [
        'exim4-daemon-light : Conflicts: mail-transport-agent',
        'postfix : Conflicts: mail-transport-agent',
      ],
    },
  ]);
});

test('other failures are left to the caller', async () => {
  expect(await explain('E: Sub-process /usr/bin/dpkg returned an error code (1)')).toEqual([]);
});
