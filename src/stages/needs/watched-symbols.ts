/**
 * Functions whose callers need files that no header names, such as a shell, NSS modules or character sets; facts say
 * which of them a program or library imports. Raise the versions in `plan/step-key.ts` when the table changes.
 */
const names = [
  // A shell.
  ...(['system', 'popen', 'wordexp'] as const),
  // Libraries by name; libgcc_s, to unwind.
  ...(['dlopen', 'dlmopen', 'backtrace', 'pthread_cancel', 'pthread_exit', 'thrd_exit'] as const),
  // Character sets, locales, time zones.
  ...(['iconv_open', 'newlocale', 'setlocale', 'localtime', 'localtime_r', 'mktime', 'tzset'] as const),
  // Modules of the name service switch: accounts.
  ...(['getgrent', 'getgrgid', 'getgrgid_r', 'getgrnam', 'getgrnam_r', 'getgrouplist'] as const),
  ...(['getpwent', 'getpwnam', 'getpwnam_r', 'getpwuid', 'getpwuid_r', 'getspnam', 'initgroups'] as const),
  // The same: hosts and services.
  ...(['getaddrinfo', 'getnameinfo', 'gethostbyaddr', 'gethostbyaddr_r', 'gethostbyname'] as const),
  ...(['gethostbyname2', 'gethostbyname2_r', 'gethostbyname_r', 'getprotobyname', 'getservbyname'] as const),
] as const;

export type WatchedSymbol = (typeof names)[number];

export const watchedSymbols: ReadonlySet<string> = new Set(names);

/** Bytes of the longest of them. */
export const longestWatched = Math.max(...names.map((name) => name.length));
