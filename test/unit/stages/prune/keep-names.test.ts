import { expect, test } from 'vitest';
import { keepNames } from '../../../../src/stages/prune/index.ts';
import { link, makeRootfs } from '../../../support/make-rootfs.ts';

const gconv = 'usr/lib/x86_64-linux-gnu/gconv';
const tree = makeRootfs({
  [`${gconv}/gconv-modules.d/gconv-modules-extra.conf`]: [
    '#\tfrom\tto\tmodule\tcost',
    'alias\tLATIN2//\t\tISO-8859-2//',
    'module\tISO-8859-2//\t\tINTERNAL\t\tISO8859-2\t1',
    'module\tINTERNAL\t\tISO-8859-2//\t\tISO8859-2\t1',
    'module\tKOI8-R//\t\tINTERNAL\t\tKOI8-R\t\t1',
  ].join('\n'),
  [`${gconv}/ISO8859-2.so`]: '',
  [`${gconv}/KOI8-R.so`]: '',
  'usr/share/locale/de/LC_MESSAGES/x.mo': '',
  'usr/share/locale/de_AT/LC_MESSAGES/x.mo': '',
  'usr/share/zoneinfo/Europe/Berlin': '',
  'usr/share/zoneinfo/Europe/Vienna': link('Berlin'),
});

test.each([
  ['charset:latin2', [`${gconv}/ISO8859-2.so`, `${gconv}/gconv-modules.d/gconv-modules-extra.conf`]],
  ['charset:KOI8-R', [`${gconv}/KOI8-R.so`, `${gconv}/gconv-modules.d/gconv-modules-extra.conf`]],
  [
    'locale:de_AT',
    ['usr/share/locale/de_AT', 'usr/share/locale/de_AT', 'usr/share/locale/de', 'usr/share/locale/de'],
  ],
  [
    'zone:Europe/Vienna',
    [
      'usr/share/zoneinfo/Europe/Vienna',
      'usr/share/zoneinfo/Europe/Vienna',
      'usr/share/zoneinfo/Europe/Berlin',
    ],
  ],
  ['usr/share/**/x', ['usr/share/**/x']],
])('%s', async (each, globs) => {
  expect(await keepNames([each], tree)).toEqual({ globs, findings: [] });
});

test.each(['charset:EBCDIC', 'locale:xx', 'zone:Mars/Base', 'zone:../../etc/passwd'])(
  'warns of %s',
  async (each) => {
    const { globs, findings } = await keepNames([each], tree);
    expect([globs, findings.map(({ message }) => message)]).toEqual([[], [`names nothing by "${each}"`]]);
  },
);
