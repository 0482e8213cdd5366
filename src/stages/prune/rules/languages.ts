import type { TreeEntry } from '../../../model/tree-entry.ts';
import type { HasPath, PruneRule } from './rule.ts';

/** True for compiled Python that the interpreter can make again from the source beside it. */
function hasPythonSource(entry: TreeEntry, has: HasPath): boolean {
  if (entry.type === 'directory') return true;
  const cached = /^(.*\/)__pycache__\/([^/]+?)\.[^/]*pyc$/.exec(entry.path);
  const source = cached ? `${cached[1] ?? ''}${cached[2] ?? ''}.py` : entry.path.slice(0, -'c'.length);
  return has(source);
}

/** Translations, character sets, and what interpreters can do without. */
export const languageRules: readonly PruneRule[] = [
  {
    name: 'locales',
    explanation: 'Translated messages and sources of locales; compiled locales such as C.UTF-8 stay.',
    mode: 'on',
    remove: ['usr/{,local/}share/locale/**/*', 'usr/share/i18n/**'],
    except: ['usr/share/locale/locale.alias'],
  },
  {
    name: 'charsets',
    explanation:
      "glibc's modules for character sets other than Unicode, Latin-1, Latin-9 and Windows-1252, " +
      'and the list of them; `iconv` fails for the others then.',
    mode: 'on',
    remove: ['usr/{lib,lib64}/{,*-linux-*/}gconv/{*.so,gconv-modules.d/gconv-modules-extra.conf}'],
    except: ['**/gconv/{UTF-7,UTF-16,UTF-32,UNICODE,ISO8859-1,ISO8859-15,CP1252}.so'],
  },
  {
    name: 'python-cache',
    explanation: 'Compiled Python files whose source is there; Python compiles it anew in memory.',
    mode: 'on',
    remove: ['**/__pycache__', '**/*.pyc'],
    when: hasPythonSource,
  },
  {
    name: 'python-tests',
    explanation: 'Test suites of Python and its packages, and the IDLE editor.',
    mode: 'off',
    remove: [
      'usr/{,local/}lib/python3*/{test,idlelib,turtledemo}/**',
      'usr/{,local/}lib/python3*/**/{test,tests}/**',
    ],
  },
  {
    name: 'perl-docs',
    explanation: 'Manuals of Perl modules, except the one `use diagnostics` reads.',
    mode: 'on',
    remove: ['usr/{,local/}{share,lib,lib/*}/perl{,5,-base}/**/*.pod'],
    except: ['**/perldiag.pod'],
  },
];
