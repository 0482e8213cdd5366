import type { PruneRule } from './rule.ts';

/** What is needed to build against a package, not to run it. */
export const developmentRules: readonly PruneRule[] = [
  {
    name: 'headers',
    explanation: 'C and C++ headers, and the start-up objects (`crt1.o`…) that only a linker reads.',
    mode: 'on',
    keptBy: 'headers',
    remove: [
      'usr/{,local/}include/**/*',
      'usr/lib/**/include/**/*.{h,hpp,hh}',
      'usr/lib/**/perl/*/CORE/**',
      'usr/src/**/*',
      'usr/{lib,lib64,lib32}/{,*-linux-*/,gcc/*/*/}{,S,g,r,M,gr}crt*.o',
    ],
  },
  {
    name: 'static-libs',
    explanation: 'Static libraries (`*.a`) and libtool archives (`*.la`) beside shared libraries.',
    mode: 'on',
    keptBy: 'static-libs',
    remove: [
      '{usr/,usr/local/,}{lib,lib64,lib32}/**/*.a',
      // Deeper ones are read at run time by programs that load plugins through libltdl.
      '{usr/,usr/local/,}{lib,lib64,lib32}/{,*-linux-*/}*.la',
    ],
  },
  {
    name: 'objects',
    explanation:
      'Sources, objects and descriptions of Qt libraries (`*.c`, `*.o`, `*.prl`) in folders of libraries. On for images of Gentoo builders whose build.conf does not set `BOB_SKIP_LIB_CLEANUP`.',
    mode: 'off',
    remove: ['{usr/,}{lib,lib64}/**/*.{c,o,prl}'],
  },
  {
    name: 'pkg-config',
    explanation: 'Files of pkg-config.',
    mode: 'on',
    keptBy: 'headers',
    remove: ['usr/{,local/}{share,lib,lib64}/{,*-linux-*/}pkgconfig/**'],
  },
  {
    name: 'cmake',
    explanation: 'Package descriptions for CMake.',
    mode: 'on',
    keptBy: 'headers',
    remove: ['usr/{,local/}{lib,lib64}/{,*-linux-*/}cmake/**', 'usr/{,local/}share/cmake/**'],
  },
  {
    name: 'aclocal',
    explanation: 'Macros for autoconf, automake, gettext and qmake.',
    mode: 'on',
    keptBy: 'headers',
    remove: ['usr/{,local/}share/aclocal/**', 'usr/share/gettext/**', 'usr/{share,lib/*}/qt*/mkspecs/**'],
  },
  {
    name: 'gir',
    explanation: 'GObject introspection sources; the compiled typelibs that programs load stay.',
    mode: 'on',
    keptBy: 'headers',
    remove: ['usr/{share,lib/*}/gir-[0-9]*/**'],
  },
  {
    name: 'vala',
    explanation: 'Vala bindings.',
    mode: 'on',
    keptBy: 'headers',
    remove: ['usr/share/vala{,-[0-9]*}/vapi/**'],
  },
  {
    name: 'debug',
    explanation:
      "Detached debug symbols, gdb's printers, and glibc's libraries for tracing memory and calls, which only " +
      '`LD_PRELOAD` loads.',
    mode: 'on',
    remove: [
      'usr/lib/debug/**',
      'usr/share/gdb/auto-load/**',
      'usr/share/gcc{,-[0-9]*}/python/**',
      'usr/{lib,lib64}/{,*-linux-*/}{libc_malloc_debug.so.0,libmemusage.so,libpcprofile.so}',
    ],
  },
];
