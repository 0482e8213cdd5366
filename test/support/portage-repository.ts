import { writeTree } from './write-tree.ts';

/** A text of several lines without the margin that this file has. */
const text = (lines: string): string => lines.replace(/^\n/, '').replace(/^ {4}/gm, '').trimEnd() + '\n';

/** An ebuild of EAPI 8; `lines` are its variables and phases. */
const ebuild = (lines: string): string =>
  `EAPI=8\nDESCRIPTION="for tests"\nHOMEPAGE="http://127.0.0.1/"\nKEYWORDS="amd64 arm64"\n${text(lines)}`;

const library = (version: string, slot: string): string =>
  ebuild(`
    LICENSE="MIT"
    SLOT="${slot}/${version}"
    IUSE="static-libs"
    RDEPEND="virtual/libc"
    S="\${WORKDIR}"
    src_compile() {
      printf '#include "greet${slot}.h"\\nconst char *greet${slot}(void) { return "hello from ${version}"; }\\n' >greet.c
      printf 'const char *greet${slot}(void);\\n' >greet${slot}.h
      \${CC:-gcc} \${CFLAGS} -fPIC -c greet.c -o greet.o || die
      \${CC:-gcc} -shared -Wl,-soname,libgreet${slot}.so.1 greet.o -o libgreet${slot}.so.1 || die
      \${AR:-ar} crD libgreet${slot}.a greet.o || die
    }
    src_install() {
      into /usr
      dolib.so libgreet${slot}.so.1
      dosym libgreet${slot}.so.1 "/usr/$(get_libdir)/libgreet${slot}.so"
      if use static-libs; then dolib.a libgreet${slot}.a; fi
      doheader greet${slot}.h
      echo 'how to greet' >README
      dodoc README
    }
  `);

/** The program prints what its library says. `depend` is what it admits to need when it is compiled. */
const program = (name: string, depend: string, more = ''): string =>
  ebuild(`
    LICENSE="GPL-2"
    SLOT="0"
    IUSE="+loud nls"
    DEPEND="${depend}"
    RDEPEND="dev-libs/greet:1= virtual/libc ${more}"
    S="\${WORKDIR}"
    src_compile() {
      local mark=''
      use loud && mark='!'
      printf '%s\\n' '#include <stdio.h>' '#include <greet1.h>' \\
        "int main(void) { printf(\\"${name}: %s\${mark}\\\\n\\", greet1()); return 0; }" >main.c
      \${CC:-gcc} \${CFLAGS} main.c -o ${name} -lgreet1 || die "the compiler finds no greet1.h"
    }
    src_install() { dobin ${name}; }
  `);

/**
 * A repository of Portage with ebuilds that fetch nothing: a library in two slots, programs of it (one does not say that
 * it needs the library when it is compiled), a tool for building only, a virtual, users made in the root and in the
 * builder, a masked, a keyworded and a licensed package, a package that excludes another. The C library is the builder's own.
 */
export const portageRepository: Readonly<Record<string, string>> = {
  'profiles/repo_name': 'kubler-test\n',
  'profiles/arch.list': 'amd64\narm64\n',
  'profiles/categories': 'acct-user\napp-misc\ndev-libs\ndev-util\nsys-libs\nvirtual\n',
  'profiles/eapi': '8\n',
  'profiles/use.desc': 'nls - messages\nstatic-libs - static libraries\n',
  'profiles/package.mask': '# broken since 2026\n=app-misc/masked-1\n',
  'profiles/profiles.desc': 'amd64 base stable\n',
  'profiles/base/eapi': '8\n',
  'profiles/base/make.defaults': text(`
    ARCH="amd64"
    ACCEPT_KEYWORDS="amd64"
    CHOST="x86_64-pc-linux-gnu"
    CFLAGS="-O2"
    LIBDIR_amd64="lib"
    DEFAULT_ABI="amd64"
    ABI="amd64"
    USE_EXPAND="PYTHON_TARGETS"
    PYTHON_TARGETS="py3"
    IUSE_IMPLICIT="prefix"
  `),
  'metadata/layout.conf':
    'masters =\nthin-manifests = true\nsign-manifests = false\nmanifest-hashes = BLAKE2B SHA512\n',
  'licenses/MIT': 'MIT\n',
  'licenses/GPL-2': 'GPL-2\n',
  'licenses/Proprietary': 'Pay.\n',
  'sys-libs/libc/libc-1.ebuild': ebuild(`
    LICENSE="GPL-2"
    SLOT="0"
    S="\${WORKDIR}"
    src_install() {
      local loader
      loader=$(readlink -f /lib64/ld-linux-x86-64.so.2 || readlink -f /lib/ld-linux-aarch64.so.1)
      exeinto "$(dirname "$(ls -d /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 2>/dev/null | head -n 1)")"
      newexe "\${loader}" "$(basename "$(ls -d /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 2>/dev/null | head -n 1)")"
      exeinto /usr/lib
      doexe "$(gcc -print-file-name=libc.so.6)"
    }
  `),
  'virtual/libc/libc-1.ebuild': ebuild(`
    SLOT="0"
    RDEPEND="|| ( sys-libs/musl sys-libs/libc )"
  `),
  'sys-libs/musl/musl-1.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    KEYWORDS=""
    S="\${WORKDIR}"
  `),
  'dev-libs/greet/greet-1.0.ebuild': library('1.0', '1'),
  'dev-libs/greet/greet-2.0-r1.ebuild': library('2.0-r1', '2'),
  'app-misc/hello/hello-1.2.ebuild': program('hello', 'dev-libs/greet:1='),
  'app-misc/hidden/hidden-3.ebuild': program('hidden', '', 'acct-user/app'),
  'app-misc/flags/flags-1_p2.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    IUSE="X +ipv6 python_targets_py3 python_targets_py4"
    REQUIRED_USE="X? ( ipv6 )"
    BDEPEND="dev-util/generate"
    S="\${WORKDIR}"
    src_install() {
      generate "X=$(usex X)" >flags || die
      insinto /usr/share/flags
      doins flags
    }
  `),
  'dev-util/generate/generate-1.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    S="\${WORKDIR}"
    src_install() {
      printf '#!/bin/sh\\necho "made with $1"\\n' >generate
      dobin generate
    }
  `),
  'acct-user/app/app-0.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    S="\${WORKDIR}"
    pkg_preinst() {
      mkdir -p "\${EROOT}/etc"
      grep -q '^app:' "\${EROOT}/etc/passwd" 2>/dev/null && return
      echo 'app:x:701:701:an application:/var/lib/app:/sbin/nologin' >>"\${EROOT}/etc/passwd"
      echo 'app:x:701:' >>"\${EROOT}/etc/group"
    }
    src_install() {
      keepdir /var/lib/app
      fowners 701:701 /var/lib/app
    }
  `),
  'acct-user/bystander/bystander-0.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    S="\${WORKDIR}"
    pkg_setup() { getent passwd bystander >/dev/null || useradd --system --uid 702 --home-dir /nonexistent bystander || die; }
    src_install() {
      keepdir /var/lib/bystander
      fowners bystander /var/lib/bystander
    }
  `),
  'app-misc/masked/masked-1.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    S="\${WORKDIR}"
  `),
  'app-misc/young/young-1.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    KEYWORDS="~amd64"
    S="\${WORKDIR}"
    src_install() { keepdir /var/lib/young; }
  `),
  'app-misc/licensed/licensed-1.ebuild': ebuild(`
    LICENSE="Proprietary"
    SLOT="0"
    S="\${WORKDIR}"
    src_install() { keepdir /var/lib/licensed; }
  `),
  'app-misc/rival/rival-1.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    RDEPEND="!app-misc/hello"
    S="\${WORKDIR}"
  `),
  'app-misc/later/later-1.ebuild': ebuild(`
    LICENSE="MIT"
    SLOT="0"
    S="\${WORKDIR}"
    PDEPEND="app-misc/young"
    RDEPEND="dev-libs/greet:2[static-libs]"
  `),
};

/** What /etc/portage of a builder needs to know of a repository at `location`. */
export const portageConfiguration = (location: string): Readonly<Record<string, string>> => ({
  'repos.conf': `[DEFAULT]\nmain-repo = kubler-test\n[kubler-test]\nlocation = ${location}\n`,
  'make.conf': 'FEATURES="-news"\nACCEPT_LICENSE="* -Proprietary"\n',
});

/** Writes the repository to `location` below `root`, and the configuration that names it. */
export function writePortageRepository(root: string, location: string): void {
  writeTree(`${root}${location}`, portageRepository);
  writeTree(`${root}/etc/portage`, portageConfiguration(location));
}
