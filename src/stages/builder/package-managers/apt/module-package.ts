/** Modules of Python's library that are not in `python3-minimal`. */
const pythonLibrary = new Set(
  (
    'asyncio asyncore bdb bz2 cgi cmd code concurrent contextvars crypt ctypes curses dataclasses dbm decimal difflib distutils doctest fileinput ' +
    'fractions ftplib getpass gettext graphlib gzip hmac html http imaplib imghdr json lzma mailbox mimetypes mmap multiprocessing netrc numbers pdb ' +
    'plistlib poplib pprint profile cProfile pty pydoc queue readline resource sched secrets shelve shlex shutil smtplib socketserver sqlite3 statistics ' +
    'symtable tarfile telnetlib termios timeit tomllib trace tty turtle unittest uuid venv wave webbrowser wsgiref xml xmlrpc zipapp zoneinfo'
  ).split(' '),
);

/** Modules whose packages are called otherwise. */
const pythonNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Crypto: 'pycryptodome',
    Cryptodome: 'pycryptodome',
    MySQLdb: 'mysqldb',
    OpenSSL: 'openssl',
    cv2: 'opencv',
    pkg_resources: 'pkg-resources',
  }),
);

/** Modules of Perl itself that `perl-base` lacks. */
const perlLibrary =
  /^(?:Archive::Tar|B::|Benchmark|CPAN|Compress::|DB_File|Data::Dumper|Devel::Peek|Digest::|Encode|English|Env|ExtUtils::|Fcntl|File::|Filter::|FindBin|HTTP::Tiny|I18N::|IO::Zlib|IPC::Cmd|JSON::PP|Locale::Maketext|MIME::|Math::|Memoize|Module::|Net::(?:FTP|SMTP|Ping|POP3|Cmd)|Opcode|Params::Check|Pod::|Safe|Storable|Sys::|Term::|Test::|Text::|Thread|Tie::|Time::|Unicode::|autodie|big|charnames|diagnostics|encoding|open|sort|threads)/;

/** Debian packages that usually have a module, the likelier one first (Python policy 4.3, Perl policy 4.2). */
export function modulePackages(language: 'python' | 'perl', name: string): readonly string[] {
  if (language === 'perl') {
    const own = `lib${name.replaceAll('::', '-').toLowerCase()}-perl`;
    return perlLibrary.test(name) ? ['perl', own] : [own];
  }
  const [first = ''] = name.split('.', 1);
  if (pythonLibrary.has(first) || first === 'encodings')
    return [first === 'encodings' ? 'python3-minimal' : 'python3'];
  return [`python3-${pythonNames.get(first) ?? first.toLowerCase().replaceAll('_', '-')}`];
}
