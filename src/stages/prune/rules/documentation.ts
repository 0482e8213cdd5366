import { parentPath } from '../../../model/tree-entry.ts';
import type { PruneRule } from './rule.ts';

/** What people read. Licences stay: they must come with the files they license. */
export const documentationRules: readonly PruneRule[] = [
  {
    name: 'docs',
    explanation: 'Documentation of packages, except copyright, licence and notice files.',
    mode: 'on',
    remove: ['usr/{,local/}share/doc/**/*', 'usr/share/doc-base/**'],
    except: [
      'usr/{,local/}share/doc/**/{copyright,LICENSE,LICENCE,NOTICE,COPYING}*',
      'usr/{,local/}share/doc/**/{licenses,LICENSES}/**',
    ],
    // A package's folder may be a link to that of another one, whose copyright file is meant for both.
    when: (entry) => entry.type !== 'symlink' || parentPath(entry.path) !== 'usr/share/doc',
  },
  {
    name: 'man',
    explanation: 'Manual pages.',
    mode: 'on',
    remove: [
      'usr/{,local/}{,share/}man/**/*',
      'usr/lib/jvm/*/man/**',
      'usr/share/postgresql/*/man/**',
      'opt/*/{,share/}man/**/*',
    ],
  },
  { name: 'info', explanation: 'Info pages.', mode: 'on', remove: ['usr/{,local/}share/info/**/*'] },
  {
    name: 'gtk-doc',
    explanation: 'API references of libraries (gtk-doc, Devhelp).',
    mode: 'on',
    remove: ['usr/share/{gtk-doc,devhelp}/**'],
  },
  {
    name: 'help',
    explanation: 'Help pages of desktop programs.',
    mode: 'on',
    remove: ['usr/share/{help,omf}/**', 'usr/share/gnome/help/**'],
  },
  {
    name: 'lintian',
    explanation: 'Notes for package checkers (lintian, linda).',
    mode: 'on',
    remove: ['usr/share/{lintian,linda}/**'],
  },
  {
    name: 'bug',
    explanation: 'Scripts and notes for bug reports (reportbug, apport).',
    mode: 'on',
    remove: ['usr/share/{bug,apport}/**'],
  },
  {
    name: 'completions',
    explanation: 'Completion scripts for bash, zsh and fish.',
    mode: 'on',
    remove: [
      'usr/share/bash-completion/completions/**',
      'etc/bash_completion.d/**',
      'usr/share/zsh/vendor-completions/**',
      'usr/share/fish/vendor_completions.d/**',
    ],
  },
];
