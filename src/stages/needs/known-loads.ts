import type { Need } from './need.ts';
import type { WatchedSymbol } from './watched-symbols.ts';

/** Something that programs open at run time without any header saying so. */
export interface KnownLoad {
  /** When it is opened, after "loads X": `when a thread ends`. */
  readonly reason: string;
  /** Files it applies to: those that import one of these functions, … */
  readonly imports?: readonly WatchedSymbol[];
  /** … have one of these sonames (or such a name, where there is none), … */
  readonly sonames?: RegExp;
  /** … or are at such a path; its named groups fill `$<name>` in globs. */
  readonly paths?: RegExp;
  /** What is loaded: libraries, as the loader looks them up, … */
  readonly libraries?: readonly string[];
  /** … services of these databases of nsswitch.conf(5), … */
  readonly services?: readonly string[];
  /** … or files, as far as they are there. */
  readonly globs?: readonly string[];
  readonly importance?: Need['importance'];
}

const users = ['passwd', 'group', 'shadow', 'gshadow', 'initgroups'];
const hosts = ['hosts', 'networks', 'services', 'protocols'];

/**
 * Run-time loads of what is in many images. Found in glibc's sources (nptl/unwind.c, nss/, iconv/gconv_conf.c,
 * locale/findlocale.c), the documentation of the libraries, and by tracing programs.
 */
export const knownLoads: readonly KnownLoad[] = [
  {
    reason: 'to print where it is',
    imports: ['backtrace'],
    libraries: ['libgcc_s.so.1'],
    importance: 'optional',
  },
  {
    reason: 'when a thread ends',
    imports: ['pthread_cancel', 'pthread_exit', 'thrd_exit'],
    libraries: ['libgcc_s.so.1'],
  },
  {
    reason: 'to look up users and groups',
    imports: [
      ...(['getgrent', 'getgrgid', 'getgrgid_r', 'getgrnam', 'getgrnam_r', 'getgrouplist'] as const),
      ...([
        'getpwent',
        'getpwnam',
        'getpwnam_r',
        'getpwuid',
        'getpwuid_r',
        'getspnam',
        'initgroups',
      ] as const),
    ],
    services: users,
    globs: ['etc/nsswitch.conf'],
    importance: 'optional',
  },
  {
    reason: 'to look up hosts',
    imports: [
      ...(['getaddrinfo', 'getnameinfo', 'gethostbyaddr', 'gethostbyaddr_r', 'gethostbyname'] as const),
      ...([
        'gethostbyname2',
        'gethostbyname2_r',
        'gethostbyname_r',
        'getprotobyname',
        'getservbyname',
      ] as const),
    ],
    services: hosts,
    globs: ['etc/nsswitch.conf'],
    importance: 'optional',
  },
  {
    reason: 'to convert character sets',
    imports: ['iconv_open'],
    globs: ['usr/lib{,64}/{,*-linux-*/}gconv/**'],
    importance: 'optional',
  },
  {
    reason: 'to set the locale',
    imports: ['newlocale', 'setlocale'],
    globs: ['usr/lib/locale/**'],
    importance: 'optional',
  },
  {
    reason: 'to know the time zone',
    imports: ['localtime', 'localtime_r', 'mktime', 'tzset'],
    globs: ['etc/{localtime,timezone}'],
    importance: 'optional',
  },
  {
    // Engines are not loaded unless a program or a setting names one.
    reason: 'for its providers and settings',
    sonames: /^libcrypto\.so\./,
    globs: ['usr/lib{,64}/{,*-linux-*/}ossl-modules/*.so', 'usr/lib/ssl/*'],
    importance: 'optional',
  },
  {
    reason: 'for its plugins',
    sonames: /^libkrb5\.so\./,
    globs: plugins('krb5/plugins/**'),
    importance: 'optional',
  },
  {
    reason: 'for its mechanisms',
    sonames: /^libsasl2\.so\./,
    globs: plugins('sasl2/*'),
    importance: 'optional',
  },
  {
    reason: 'for its modules',
    sonames: /^libpam\.so\./,
    globs: plugins('security/*'),
    importance: 'optional',
  },
  {
    reason: 'for its modules',
    sonames: /^libnss3\.so$/,
    globs: plugins('{,nss/}lib{softokn3,freebl3,freeblpriv3,nssckbi,nssdbm3}.{so,chk}'),
    importance: 'optional',
  },
  {
    reason: 'for its modules',
    sonames: /^libp11-kit\.so\./,
    globs: [...plugins('pkcs11/*'), 'usr/share/p11-kit/modules/*'],
    importance: 'optional',
  },
  {
    reason: 'for its modules',
    sonames: /^libgio-2\.0\.so\./,
    globs: plugins('gio/modules/*'),
    importance: 'optional',
  },
  {
    reason: 'for its loaders',
    sonames: /^libgdk_pixbuf-2\.0\.so\./,
    globs: plugins('gdk-pixbuf-2.0/**'),
    importance: 'optional',
  },
  {
    reason: 'to know the terminal',
    sonames: /^lib(?:tinfow?|ncursesw?)\.so\./,
    globs: ['{usr/share,usr/lib,lib,etc}/terminfo/**'],
    importance: 'optional',
  },
  {
    reason: 'to tell files apart',
    sonames: /^libmagic\.so\./,
    globs: ['usr/{share/misc,lib/file}/magic*', 'etc/magic*'],
    importance: 'optional',
  },
  {
    reason: 'as its standard library',
    paths: /^(?<root>usr\/(?:local\/)?)bin\/(?<name>python3\.\d+)$/,
    globs: ['$<root>lib/$<name>/**', '$<root>lib/python3/dist-packages/**'],
    importance: 'optional',
  },
  {
    reason: 'as its standard library',
    paths: /^usr\/bin\/perl$/,
    globs: [
      'usr/{lib{,/*},share}/{perl,perl-base,perl5}/**',
      'usr/local/{lib{,/*},share}/perl/**',
      'etc/perl/**',
    ],
    importance: 'optional',
  },
  {
    reason: 'as its runtime',
    paths: /^(?<home>usr\/lib\/jvm\/[^/]+)\/bin\/java$/,
    globs: ['$<home>/**'],
    importance: 'optional',
  },
  {
    reason: 'for its commands',
    paths: /^usr\/bin\/git$/,
    globs: ['usr/{lib,libexec}/git-core/**', 'usr/share/git-core/**'],
    importance: 'optional',
  },
  {
    reason: 'for its methods',
    sonames: /^libapt-pkg\.so\./,
    globs: ['usr/lib/apt/**'],
    importance: 'optional',
  },
];

/** A path below every folder of libraries. */
function plugins(path: string): readonly string[] {
  return [`usr/lib{,64}/{,*-linux-*/}${path}`];
}
