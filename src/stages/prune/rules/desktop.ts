import type { PruneRule } from './rule.ts';

/** What only a desktop shows, and time zones nobody sets. */
export const desktopRules: readonly PruneRule[] = [
  {
    name: 'desktop',
    explanation: 'Menu entries, store descriptions and pictures for them.',
    mode: 'on',
    remove: ['usr/share/{applications,menu,metainfo,appdata,app-install,pixmaps}/**'],
  },
  { name: 'icons', explanation: 'Icon themes.', mode: 'off', remove: ['usr/share/icons/**'] },
  {
    name: 'zoneinfo-variants',
    explanation: 'Second copies of the time zones, with leap seconds (`right/`) and without (`posix/`).',
    mode: 'on',
    remove: ['usr/share/zoneinfo/{right,posix}/**'],
  },
  {
    name: 'zoneinfo',
    explanation: 'Time zones other than UTC.',
    mode: 'off',
    remove: ['usr/share/zoneinfo/**/*'],
    except: [
      'usr/share/zoneinfo/{UTC,Etc/UTC,zone.tab,zone1970.tab,iso3166.tab,tzdata.zi,leap-seconds.list}',
    ],
  },
];
