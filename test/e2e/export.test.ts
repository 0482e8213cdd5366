import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { unpackImage } from '../support/exported-image.ts';
import { kubler, repositoryDir } from '../support/kubler.ts';
import { missingLibraries } from '../support/missing-libraries.ts';
import { requires } from '../support/requires.ts';
import { wholeImages } from '../support/shipped-images.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const dockerfile = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const longName = 'a-very-long-name-'.repeat(14);

/** What archive formats are bad at, in a parent and in a child. */
const project = {
  'kubler.config.yaml': '# a project\n',
  'namespaces/out/images/parent/build.sh': `finish_rootfs_build() {
  local odd="\${_ROOTFS}/odd"
  mkdir -p "\${odd}/empty" "\${odd}/sticky"
  chmod 1777 "\${odd}/sticky"
  echo shared > "\${odd}/first"
  ln "\${odd}/first" "\${odd}/second"
  ln -s ../odd/first "\${odd}/link"
  echo long > "\${odd}/${longName}"
  echo accents > "\${odd}/grüße-日本"
  install -o 3000000 -g 3000001 -m 6755 /dev/null "\${odd}/set-id"
  touch -d 1969-12-31T23:59:00Z "\${odd}/first"
  truncate -s 1M "\${odd}/sparse"
  mkfifo "\${odd}/pipe"
}
`,
  'namespaces/out/images/parent/Dockerfile.template': dockerfile,
  'namespaces/out/images/child/build.conf': "IMAGE_PARENT='parent'\n",
  'namespaces/out/images/child/build.sh': `_packages="iputils-ping"
finish_rootfs_build() {
  rm "\${_ROOTFS}/odd/sparse" "\${_ROOTFS}/odd/second"
  rmdir "\${_ROOTFS}/odd/empty"
}
`,
  'namespaces/out/images/child/Dockerfile.template': `${dockerfile}CMD ["/bin/ping"]\n`,
};

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });

/** Everything that tells one tree from another: names, types, modes, owners, times, links, content, attributes. */
function describeTree(rootDir: string): readonly string[] {
  const script = `cd "$0"
    find . -mindepth 1 \\( -type d -printf '%P %y %m %U %G %T@\\n' -o -printf '%P %y %m %U %G %T@ %s %n %l\\n' \\)
    find . -type f -exec sha256sum {} +
    getfattr --recursive --no-dereference --dump --match=- --encoding=hex .`;
  return run('bash', '-c', script, rootDir).split('\n').sort();
}

requires(
  'root',
  'runc',
  'debootstrap',
  'skopeo',
  'umoci',
  'tar',
  'getfattr',
)('an image taken elsewhere', () => {
  const dir = useTempDir();
  const out = join(dir, 'out');
  const image = 'out/child';
  const name = `${image}:latest`;
  let expected: readonly string[] = [];
  let imageId = '';

  /** Exports in some format; gives the path. */
  const exportAs = async (format: string): Promise<string> => {
    const path = join(out, format);
    const { exitCode, stderr } = await kubler(['export', image, '--format', format, '-o', path], {
      cwd: dir,
    });
    expect(exitCode, stderr).toBe(0);
    return path;
  };
  /** The files umoci unpacks from an image that skopeo can read. */
  const unpacked = (source: string): readonly string[] => {
    const copy = `${source.replace(/[^a-z]/g, '_')}-copy`;
    run('skopeo', 'copy', source, `oci:${join(out, copy)}:copied`);
    run('umoci', 'unpack', '--image', `${join(out, copy)}:copied`, join(out, `${copy}-bundle`));
    return describeTree(join(out, `${copy}-bundle/rootfs`));
  };

  beforeAll(async () => {
    writeTree(dir, { ...project, 'out/': '' });
    const { exitCode, stdout, stderr } = await kubler(['build', '--json'], { cwd: dir });
    expect(exitCode, stderr).toBe(0);
    const built = JSON.parse(stdout) as { image: string; imageId: string; layers: number }[];
    expect(built.find((each) => each.image === image)?.layers).toBe(2);
    imageId = built.find((each) => each.image === image)?.imageId ?? '';
    expected = describeTree(await unpackImage(dir, image));
  });

  it('has in its flattened tar what the build made, for GNU tar', () => {
    const has = (pattern: RegExp) =>
      expect(
        expected.some((line) => pattern.test(line)),
        String(pattern),
      ).toBe(true);
    has(/^odd\/set-id f 6755 3000000 3000001 /);
    has(/^odd\/sticky d 1777 0 0 /);
    has(/^odd\/first f 644 0 0 -60\.0+ 7 1 $/);
    has(/^odd\/link l 777 0 0 \S+ 12 1 \.\.\/odd\/first$/);
    has(/^odd\/pipe p 644 /);
    has(new RegExp(`^odd/${longName} f `));
    has(/^odd\/grüße-日本 f /);
    // Version 2, effective, CAP_NET_RAW (bit 13) permitted.
    has(/^security\.capability=0x0100000200200000000000000000000000000000$/);
    expect(expected.filter((line) => /^odd\/(second|sparse|empty) /.test(line))).toEqual([]);
  });

  it('is the same as an OCI layout, for skopeo and umoci', async () => {
    const path = await exportAs('oci-layout');
    expect(unpacked(`oci:${path}:${name}`)).toEqual(expected);
    run('umoci', 'unpack', '--image', `${path}:${name}`, join(out, 'direct'));
    expect(describeTree(join(out, 'direct/rootfs'))).toEqual(expected);
    expect(run('skopeo', 'inspect', '--raw', `oci:${path}`)).toContain(imageId);
  });

  it('is the same as an OCI archive, for skopeo and umoci', async () => {
    const path = await exportAs('oci-archive');
    expect(unpacked(`oci-archive:${path}:${name}`)).toEqual(expected);
    expect(run('skopeo', 'inspect', '--raw', `oci-archive:${path}`)).toContain(imageId);
  });

  it('is the same as a Docker archive, for skopeo and umoci', async () => {
    const path = await exportAs('docker-archive');
    expect(unpacked(`docker-archive:${path}:${name}`)).toEqual(expected);
    expect(run('skopeo', 'inspect', '--raw', `docker-archive:${path}`)).toContain(imageId);
  });
});

requires(
  'root',
  'runc',
  'debootstrap',
  'readelf',
  'tar',
)('every program and library of the shipped images', () => {
  const dir = useTempDir();
  beforeAll(async () => {
    const { exitCode, stderr } = await kubler(['build', ...wholeImages]);
    expect(exitCode, stderr).toBe(0);
  });

  it.each(wholeImages)('finds all it is linked against: %s', async (image) => {
    expect(missingLibraries(await unpackImage(dir, image, repositoryDir))).toEqual([]);
  });
});
