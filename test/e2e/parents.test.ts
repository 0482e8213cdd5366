import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { exportImage, listLayer, unpackImage, type ExportedImage } from '../support/exported-image.ts';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const newUser = 'useradd --root "${_ROOTFS}" --user-group --no-create-home --shell /usr/sbin/nologin';

/** Three generations: each adds, changes and removes files and makes a user. */
const family = {
  'kubler.config.yaml': '# a project\n',
  'namespaces/fam/images/parent/build.conf': "INSTALL_MODE='extracted'\nPRUNE='-man'\n",
  'namespaces/fam/images/parent/build.sh': `_packages="jq libonig-dev"
finish_rootfs_build() {
  local data="\${_ROOTFS}/srv/data"
  mkdir -p "\${data}/folder" "\${data}/becomes-a-file" "\${data}/becomes-a-link/deep"
  echo inner | tee "\${data}/becomes-a-file/inner" "\${data}/becomes-a-link/inner" > "\${data}/becomes-a-link/deep/inner"
  echo kept > "\${data}/kept"
  echo dropped > "\${data}/dropped"
  echo first > "\${data}/changed"
  echo inner > "\${data}/folder/inner"
  ln -s folder "\${data}/becomes-a-folder"
  ${newUser} --uid 1500 first
  install -d -o 1500 -g 1500 "\${data}/home"
}
`,
  'namespaces/fam/images/parent/Dockerfile.template': dockerfile,

  'namespaces/fam/images/child/build.conf': "IMAGE_PARENT='parent'\nINSTALL_MODE='extracted'\n",
  'namespaces/fam/images/child/version.c':
    '#include <oniguruma.h>\n#include <stdio.h>\nint main(void) { return puts(onig_version()) < 0; }\n',
  'namespaces/fam/images/child/build.sh': `_packages="libonig5"
finish_rootfs_build() {
  local data="\${_ROOTFS}/srv/data" include="\${_ROOTFS}/usr/include" libs=("\${_ROOTFS}"/usr/lib/*-linux-gnu)
  rm -r "\${data}/dropped" "\${data}/folder" "\${data}/becomes-a-"*
  echo second > "\${data}/changed"
  echo now a file > "\${data}/becomes-a-file"
  ln -s home "\${data}/becomes-a-link"
  mkdir "\${data}/becomes-a-folder"
  echo inside > "\${data}/becomes-a-folder/file"
  ${newUser} --uid 1501 second
  gcc -o "\${_ROOTFS}/usr/bin/onig-version" "\${_CONFIG}/version.c" -I "\${include}" -L "\${libs[0]}" -lonig
}
`,
  'namespaces/fam/images/child/Dockerfile.template': `${dockerfile}USER second\nCMD ["/usr/bin/onig-version"]\n`,

  'namespaces/fam/images/grandchild/build.conf': "IMAGE_PARENT='child'\n",
  'namespaces/fam/images/grandchild/build.sh': `finish_rootfs_build() {
  rm "\${_ROOTFS}/srv/data/kept"
  echo back again > "\${_ROOTFS}/srv/data/dropped"
  chmod 600 "\${_ROOTFS}/srv/data/changed"
  echo through > "\${_ROOTFS}/srv/data/becomes-a-link/inner"
  rm "\${_ROOTFS}/srv/data/becomes-a-file"
  mkdir "\${_ROOTFS}/srv/data/becomes-a-file"
  echo again > "\${_ROOTFS}/srv/data/becomes-a-file/other"
}
`,
  'namespaces/fam/images/grandchild/Dockerfile.template': `${dockerfile}USER first\n`,
};

requires(
  'root',
  'runc',
  'debootstrap',
  'tar',
  'umoci',
)('an image built on another', () => {
  const dir = useTempDir();
  let parent: ExportedImage;
  let child: ExportedImage;
  let grandchild: ExportedImage;
  let parentRoot = '';
  let childRoot = '';
  let grandchildRoot = '';
  const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

  beforeAll(async () => {
    writeTree(dir, family);
    const { exitCode, stderr } = await kubler(['build'], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    parent = await exportImage(dir, 'fam/parent');
    child = await exportImage(dir, 'fam/child');
    grandchild = await exportImage(dir, 'fam/grandchild');
    parentRoot = await unpackImage(dir, 'fam/parent');
    childRoot = await unpackImage(dir, 'fam/child');
    grandchildRoot = await unpackImage(dir, 'fam/grandchild');
  });

  it('shares the layers of its parents, byte for byte', () => {
    expect(child.manifest.layers).toHaveLength(2);
    expect(child.manifest.layers.slice(0, 1)).toEqual(parent.manifest.layers);
    expect(grandchild.manifest.layers.slice(0, 2)).toEqual(child.manifest.layers);
    expect(grandchild.config.rootfs.diff_ids.slice(0, 2)).toEqual(child.config.rootfs.diff_ids);
  });

  it('has only its own difference in its layer', () => {
    expect(listLayer(child.layerFiles[1] ?? '')).toEqual([
      'etc/group',
      'etc/passwd',
      'etc/subgid',
      'etc/subuid',
      'srv/data/.wh.dropped',
      'srv/data/.wh.folder',
      'srv/data/becomes-a-file',
      'srv/data/becomes-a-folder/file',
      'srv/data/becomes-a-link',
      'srv/data/changed',
      'usr/bin/onig-version',
    ]);
    expect(listLayer(grandchild.layerFiles[2] ?? '')).toEqual([
      'srv/data/.wh.kept',
      'srv/data/becomes-a-file/other',
      'srv/data/changed',
      'srv/data/dropped',
      'srv/data/home/inner',
    ]);
  });

  it('has the files its layers add up to', () => {
    expect(readdirSync(join(parentRoot, 'srv/data')).sort()).toEqual([
      ...[
        'becomes-a-file',
        'becomes-a-folder',
        'becomes-a-link',
        'changed',
        'dropped',
        'folder',
        'home',
        'kept',
      ],
    ]);
    expect(readdirSync(join(childRoot, 'srv/data')).sort()).toEqual([
      ...['becomes-a-file', 'becomes-a-folder', 'becomes-a-link', 'changed', 'home', 'kept'],
    ]);
    expect(readdirSync(join(childRoot, 'srv/data/home'))).toEqual([]);
    expect(read(childRoot, 'srv/data/changed')).toBe('second\n');
    expect(read(childRoot, 'srv/data/becomes-a-file')).toBe('now a file\n');
    expect(read(childRoot, 'srv/data/becomes-a-folder/file')).toBe('inside\n');
    expect(readdirSync(join(grandchildRoot, 'srv/data')).sort()).toEqual([
      ...['becomes-a-file', 'becomes-a-folder', 'becomes-a-link', 'changed', 'dropped', 'home'],
    ]);
    expect(readdirSync(join(grandchildRoot, 'srv/data/becomes-a-file'))).toEqual(['other']);
    expect(readdirSync(join(grandchildRoot, 'srv/data/becomes-a-link'))).toEqual(['inner']);
    expect(read(grandchildRoot, 'srv/data/home/inner')).toBe('through\n');
    expect(read(grandchildRoot, 'srv/data/dropped')).toBe('back again\n');
    expect(lstatSync(join(grandchildRoot, 'srv/data/changed')).mode & 0o777).toBe(0o600);
  });

  it('is the same tree for umoci as in the flattened export', () => {
    const bundle = join(dir, 'out/bundle');
    execFileSync('umoci', ['unpack', '--image', `${grandchild.dir}:fam/grandchild:latest`, bundle]);
    const list = (root: string) =>
      execFileSync('find', ['.', '-printf', '%p %y %m %U %G %T@ %l\n'], {
        cwd: root,
        encoding: 'utf8',
      }).split('\n');
    // The root folder itself is made by whoever unpacks.
    const inside = (root: string) =>
      list(root)
        .filter((line) => !line.startsWith('. '))
        .sort();
    expect(inside(join(bundle, 'rootfs'))).toEqual(inside(grandchildRoot));
  });

  it("is compiled against headers and libraries that its parent's image does not have", async () => {
    expect(existsSync(join(childRoot, 'usr/include/oniguruma.h'))).toBe(false);
    expect((await kubler(['run', 'fam/child'], { cwd: dir })).stdout).toMatch(/^6\.\d+\.\d+$/);
  });

  it('keeps what its own rules would have pruned from the parent', () => {
    for (const root of [parentRoot, childRoot, grandchildRoot]) {
      expect(existsSync(join(root, 'usr/share/man/man1/jq.1.gz'))).toBe(true);
    }
  });

  it('has the accounts of its parents and its own', () => {
    const names = (root: string, file: string) =>
      read(root, file)
        .split('\n')
        .flatMap((line) => line.split(':')[0] || []);
    for (const file of ['etc/passwd', 'etc/group']) {
      expect(names(parentRoot, file)).toEqual(['root', 'first']);
      expect(names(childRoot, file)).toEqual(['root', 'first', 'second']);
      expect(names(grandchildRoot, file)).toEqual(['root', 'first', 'second']);
    }
    expect(lstatSync(join(grandchildRoot, 'srv/data/home')).uid).toBe(1500);
    expect(grandchild.config.config.User).toBe('first');
    expect(grandchild.config.config.Cmd).toEqual(['/usr/bin/onig-version']);
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
  'tar',
  'getcap',
)('a program with a file capability', () => {
  const dir = useTempDir();

  it('still has it in the exported tar, and in a child', async () => {
    writeTree(dir, {
      'kubler.config.yaml': '# a project\n',
      'namespaces/net/images/ping/build.sh': '_packages="iputils-ping"\n',
      'namespaces/net/images/ping/Dockerfile.template': dockerfile,
      'namespaces/net/images/moved/build.conf': "IMAGE_PARENT='net/ping'\n",
      'namespaces/net/images/moved/build.sh':
        'finish_rootfs_build() { cp --preserve=mode,xattr "${_ROOTFS}/usr/bin/ping" "${_ROOTFS}/usr/bin/pong"; }\n',
      'namespaces/net/images/moved/Dockerfile.template': dockerfile,
    });
    const { exitCode, stderr } = await kubler(['build'], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    const root = await unpackImage(dir, 'net/moved');
    const capabilities = execFileSync('getcap', ['usr/bin/ping', 'usr/bin/pong'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(capabilities).toBe('usr/bin/ping cap_net_raw=ep\nusr/bin/pong cap_net_raw=ep\n');
    const ping = ['run', 'net/ping', '--', 'ping', '-c', '1', '-W', '5', '127.0.0.1'];
    expect((await kubler(ping, { cwd: dir })).stdout).toContain('1 received');
  });
});
