import { basename, isAbsolute, resolve } from 'node:path';
import { KublerError } from '../../errors.ts';
import { packageManagerNames, type PackageManagerName } from '../../model/package-manager.ts';
import type { BuilderBase, BuilderDefinition } from '../../model/project.ts';
import { passedOnVariables, type LoadContext } from './load-context.ts';
import { checkFile, readBuildConf } from './read-build-conf.ts';
import { readBuilderName } from './read-builder-name.ts';
import { mountVariables, readContainerOptions } from './read-container-options.ts';
import { createVariableReader, type VariableReader } from './variable-reader.ts';

/** One that extends another builder has that one's; a stage3 tarball is Gentoo's. */
function readPackageManager(reader: VariableReader): PackageManagerName | undefined {
  const isStage3 = reader.has('STAGE3_BASE');
  const named = reader.choice('PACKAGE_MANAGER', packageManagerNames);
  if (isStage3 && named !== undefined && named !== 'portage')
    reader.fault('PACKAGE_MANAGER', 'the builder starts from STAGE3_BASE, which has portage');
  if (named !== undefined) return named;
  return isStage3 ? 'portage' : undefined;
}

function checkArchitecture(reader: VariableReader, architecture: string): void {
  const wanted = reader.text('ARCH');
  if (wanted === undefined || wanted === architecture) return;
  reader.fault(
    'ARCH',
    `this version builds for this machine's architecture only, which is "${architecture}"`,
  );
}

const isAddress = (location: string): boolean => /^(?:https?|file):\/\//.test(location);

const isSuite = (name: string): boolean => /^[a-z0-9][a-z0-9.+_-]*$/i.test(name);

function tarball(
  location: string,
  dir: string,
  reader: VariableReader,
  manager: PackageManagerName,
): BuilderBase | undefined {
  const path = isAddress(location) || isAbsolute(location) ? location : resolve(dir, location);
  const sha256 = readChecksum(reader);
  const suite = readSuite(reader, 'tarball', manager);
  return sha256 === undefined || suite === undefined
    ? undefined
    : { kind: 'tarball', suite, location: path, sha256 };
}

function readChecksum(reader: VariableReader): string | undefined {
  const sha256 = reader.text('BUILDER_BASE_SHA256')?.toLowerCase();
  if (sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  if (sha256 !== undefined) reader.fault('BUILDER_BASE_SHA256', 'it must be 64 hexadecimal digits');
  else {
    reader.fault('BUILDER_BASE', 'a tarball needs its checksum', {
      hint: "add BUILDER_BASE_SHA256='…' with what sha256sum prints for it",
    });
  }
  return undefined;
}

/** An image as Docker and Podman name it, or its ID. */
const isReference = (text: string): boolean => /^[a-z0-9][\w./:@-]*$/i.test(text);

function image(
  reference: string,
  reader: VariableReader,
  manager: PackageManagerName,
): BuilderBase | undefined {
  if (!isReference(reference)) {
    reader.fault(
      'BUILDER_BASE',
      'after image: must be what Docker or Podman calls it, such as debian:12-slim',
    );
    return undefined;
  }
  const suite = readSuite(reader, 'image', manager);
  return suite === undefined ? undefined : { kind: 'image', suite, reference };
}

/** Neither tells which release it is of, and the packages that apt adds to it must be of the same. */
function readSuite(
  reader: VariableReader,
  base: 'tarball' | 'image',
  manager: PackageManagerName,
): string | undefined {
  const suite = reader.text('BUILDER_SUITE');
  if (suite !== undefined && isSuite(suite)) return suite;
  if (suite !== undefined) reader.fault('BUILDER_SUITE', 'it must be the name of a release');
  else if (manager !== 'apt') return manager;
  else {
    reader.fault('BUILDER_BASE', `BUILDER_SUITE does not say which Debian release is in the ${base}`, {
      hint: "add BUILDER_SUITE='bookworm'",
    });
  }
  return undefined;
}

function readBase(reader: VariableReader, dir: string, manager: PackageManagerName): BuilderBase | undefined {
  const text = reader.text('BUILDER_BASE');
  if (reader.has('STAGE3_BASE')) return readStage3(reader);
  if (text === undefined) return undefined;
  const [, kind = '', value = ''] = /^([a-z]+):(.+)$/.exec(text) ?? [];
  if (kind === 'image') return image(value, reader, manager);
  if (kind === 'tarball') return tarball(value, dir, reader, manager);
  if ((kind === 'debootstrap' || kind === 'mmdebstrap') && isSuite(value)) {
    if (manager === 'apt') return { kind, suite: value };
    reader.fault('BUILDER_BASE', `${kind} makes bases with apt, and PACKAGE_MANAGER is ${manager}`);
    return undefined;
  }
  reader.fault(
    'BUILDER_BASE',
    'it must be debootstrap:SUITE, mmdebstrap:SUITE, tarball:ADDRESS-OR-PATH or image:REFERENCE',
  );
  return undefined;
}

/** A tarball of Gentoo, by its name and the date of its build, as Gentoo's mirrors call it. */
function readStage3(reader: VariableReader): BuilderBase | undefined {
  const name = reader.text('STAGE3_BASE');
  const date = reader.text('STAGE3_DATE');
  if (name !== undefined && !/^[a-z0-9][\w.+-]*$/i.test(name))
    reader.fault(
      'STAGE3_BASE',
      'it must be the name of a tarball without its date, such as stage3-amd64-openrc',
    );
  else if (date === undefined) {
    reader.fault('STAGE3_BASE', 'STAGE3_DATE does not say of which date', {
      hint: "add STAGE3_DATE='20250427T164733Z', with the date in the name of the tarball",
    });
  } else if (!/^(latest|\d{8}(T\d{6}Z)?)$/.test(date)) {
    reader.fault(
      'STAGE3_DATE',
      'it must be a date as in the name of the tarball, 20250427T164733Z, or latest',
    );
  } else if (name !== undefined) {
    return { kind: 'stage3', suite: date, name, url: reader.text('ARCH_URL') };
  }
  return undefined;
}

/** A builder starts from a base or extends another builder: exactly one of the two. */
function checkOrigin(reader: VariableReader, name: string, faulty: boolean): void {
  // The original takes STAGE3_BASE where both are there.
  if (reader.has('STAGE3_BASE')) {
    if (reader.has('BUILDER_BASE')) reader.fault('BUILDER_BASE', 'the builder has a STAGE3_BASE too');
    return;
  }
  if (reader.has('BUILDER') && reader.has('BUILDER_BASE')) {
    return reader.fault('BUILDER', 'the builder has a BUILDER_BASE too', {
      hint: 'keep BUILDER to extend another builder, or BUILDER_BASE to start from a base',
    });
  }
  if (reader.has('BUILDER') || reader.has('BUILDER_BASE') || faulty) return;
  throw new KublerError(
    'CONFIG_INVALID',
    `cannot load builder "${name}": its build.conf sets no BUILDER_BASE`,
    {
      hint: "set BUILDER_BASE='debootstrap:bookworm', or BUILDER='debian' to extend that builder",
    },
  );
}

/**
 * Loads the builder in the folder `dir`. Faults in values are noted; throws `CONFIG_INVALID` when it has no
 * build.conf, or one that says nothing about where it starts.
 */
export async function loadBuilder(dir: string, context: LoadContext): Promise<BuilderDefinition> {
  const { namespace, settings, architecture, diagnostics } = context;
  const name = namespace === undefined ? basename(dir) : `${namespace}/${basename(dir)}`;
  const assignments = await readBuildConf(dir, 'builder', context);
  if (assignments === undefined) {
    throw new KublerError('CONFIG_INVALID', `cannot load builder "${name}": it has no build.conf`, {
      details: [dir],
      hint: "create one with BUILDER_BASE='debootstrap:bookworm', or BUILDER='debian' to extend that builder",
    });
  }
  await checkFile(dir, 'build.sh');
  const reader = createVariableReader(assignments, `builder "${name}"`, diagnostics);
  const packageManager = readPackageManager(reader);
  // They are no faults of the file: elsewhere it is fine.
  const here = diagnostics.apart();
  checkArchitecture(createVariableReader(assignments, `builder "${name}"`, here), architecture);
  checkOrigin(reader, name, assignments.faulty);
  return {
    name,
    dir,
    settings,
    packageManager,
    base: readBase(reader, dir, packageManager ?? 'apt'),
    extends: reader.has('STAGE3_BASE') ? undefined : readBuilderName(reader, 'BUILDER'),
    container: await readContainerOptions(reader, dir),
    variables: passedOnVariables(context, assignments.byName),
    positions: reader.positions([
      ...['PACKAGE_MANAGER', 'BUILDER', 'BUILDER_BASE', 'BUILDER_BASE_SHA256', 'STAGE3_BASE', 'ARCH_URL'],
      ...['PORTAGE_TREE', 'PORTAGE_TREE_SHA256', 'PORTAGE_DATE'],
      ...mountVariables,
    ]),
    obstacles: here.faults,
  };
}
