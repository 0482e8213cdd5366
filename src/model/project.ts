import type { KublerError, SourcePosition } from '../errors.ts';
import type { EngineSetting } from './engine-status.ts';
import type { ContainerOptions } from './container-options.ts';
import type { Waiver } from './finding.ts';
import type { ImageId } from './image-id.ts';
import type { ImageTests } from './image-tests.ts';
import type { PackageManagerName } from './package-manager.ts';

/** An apt source beyond the distribution's own. */
export interface AptSource {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** Absolute path of the OpenPGP key(s) that sign it. */
  readonly keyFile: string;
}

/** Settings after every file, environment variable and flag was taken into account. */
export interface Settings {
  readonly engine: EngineSetting;
  readonly defaultBuilder: string;
  /** `Name <email>`, for `${MAINTAINER}`; empty when not set. */
  readonly maintainer: string;
  /** Tags given to every image unless its build.conf sets IMAGE_TAGS. */
  readonly tags: readonly string[];
  /** Prune rules switched on (`docs`) or off (`-docs`) for every image. */
  readonly prune: readonly string[];
  /** Where words of `prune` stand, as far as they stand in a file. */
  readonly pruneAt?: ReadonlyMap<string, SourcePosition>;
  /** Seconds since 1970 that no file of an image is newer than; undefined: the date of the package index. */
  readonly epoch: number | undefined;
  readonly dataDir: string;
  /** Images built side by side. */
  readonly jobs: number;
  readonly apt: {
    /** Base address of the Debian archive; undefined: the host's apt sources, else debootstrap's default. */
    readonly mirror: string | undefined;
    readonly securityMirror: string | undefined;
    /** Keyring that signs the Debian archive; undefined: the distribution's. */
    readonly keyring: string | undefined;
    readonly components: readonly string[];
    readonly sources: readonly AptSource[];
    /** Refuse a release file past its Valid-Until. */
    readonly checkValidUntil: boolean;
  };
  readonly apk: {
    /** Addresses, `file:` ones among them, each perhaps after a tag (`@edge https://…`); none: those of the base. */
    readonly repositories: readonly string[];
    /** Absolute paths of public keys in PEM form, or of folders with them; none: those of the base. */
    readonly keys: readonly string[];
  };
  /** Where Gentoo comes from. */
  readonly portage: {
    /** Base addresses of mirrors, the best first; empty: none. */
    readonly mirrors: readonly string[];
    /** Keys that sign stage3 tarballs and trees; undefined: those of the host. */
    readonly keyring: string | undefined;
    /** Of which day the tree is: `20261115`; undefined: the newest. */
    readonly date: string | undefined;
  };
  readonly network: {
    readonly httpProxy: string | undefined;
    readonly httpsProxy: string | undefined;
    readonly noProxy: string | undefined;
    /** Absolute path of a PEM file with further certificate authorities. */
    readonly caFile: string | undefined;
  };
}

/** How a builder without a parent builder comes to be. `suite`: the release in it, as messages name it. */
export type BuilderBase =
  | { readonly kind: 'debootstrap' | 'mmdebstrap'; readonly suite: string }
  /** `location`: an address or an absolute path. */
  | { readonly kind: 'tarball'; readonly suite: string; readonly location: string; readonly sha256: string }
  /** `reference`: an image of Docker or Podman, as they name it. */
  | { readonly kind: 'image'; readonly suite: string; readonly reference: string }
  /**
   * A tarball of Gentoo. `name`: `stage3-amd64-openrc`; `suite`: STAGE3_DATE, its build, such as `20250427T164733Z`; `url`: the
   * folder it is in (ARCH_URL), undefined: by the mirror.
   */
  | {
      readonly kind: 'stage3';
      readonly suite: string;
      readonly name: string;
      readonly url: string | undefined;
    };

/** A fat container that images are built in. */
export interface BuilderDefinition {
  /** `debian`, or `namespace/name` for one private to a namespace. */
  readonly name: string;
  /** Absolute path of its folder. */
  readonly dir: string;
  readonly settings: Settings;
  /** Undefined: that of the builder it extends, else the one its base has. */
  readonly packageManager: PackageManagerName | undefined;
  /** Either the base it starts from… */
  readonly base: BuilderBase | undefined;
  /** …or the builder it extends. */
  readonly extends: string | undefined;
  /** What its own build container has. */
  readonly container?: ContainerOptions;
  /** All variables of its build.conf. */
  readonly variables: Variables;
  /** Where what names its base, its package manager and its mounts stands. */
  readonly positions?: VariablePositions;
  /** Why it cannot be made on this machine. */
  readonly obstacles?: readonly KublerError[];
}

/** Variables of a build.conf after expansion. */
export type Variables = ReadonlyMap<string, string | readonly string[]>;

/** Where variables stand in a build.conf, 1-based, and the line itself, for error messages. */
export type VariablePositions = ReadonlyMap<
  string,
  { readonly line: number; readonly column: number; readonly excerpt?: string }
>;

export interface ImageDefinition {
  readonly id: ImageId;
  /** Absolute path of its folder. */
  readonly dir: string;
  readonly settings: Settings;
  readonly parent: ImageId | 'scratch';
  /** Builder named by its own build.conf; undefined: the parent's, else the default. */
  readonly builder: string | undefined;
  readonly installMode: 'configured' | 'extracted';
  /** What of the target root becomes the image: what packages need, all of it, or what entry points reach. */
  readonly carve: 'packages' | 'whole' | 'reach';
  /** With `reach`: globs of further paths to start from. */
  readonly reach: readonly string[];
  /** Globs of paths that carve and prune leave alone. */
  readonly keep: readonly string[];
  /** Prune rules on (`docs`) or off (`-docs`), after the settings'. */
  readonly prune: readonly string[];
  /** Findings of `prove` that fail no build. */
  readonly proveAllow: readonly Waiver[];
  readonly tags: readonly string[];
  readonly tests: ImageTests;
  /** What its build container has. */
  readonly container?: ContainerOptions;
  readonly variables: Variables;
  /** Where IMAGE_PARENT, BUILDER, PRUNE and the mounts stand. */
  readonly positions: VariablePositions;
}

export interface Namespace {
  readonly name: string;
  readonly dir: string;
  readonly settings: Settings;
  /** True for one of the user's, in the data dir: there for parents and builders, and where a target names it. */
  readonly isShared?: boolean;
}

/** What cannot be read, by name: everything that is wrong with it. */
export interface BrokenDefinitions {
  readonly images: ReadonlyMap<ImageId, readonly KublerError[]>;
  readonly builders: ReadonlyMap<string, readonly KublerError[]>;
}

/** Everything that was read from a working directory. */
export interface Project {
  readonly workingDir: string;
  readonly settings: Settings;
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly images: ReadonlyMap<ImageId, ImageDefinition>;
  readonly builders: ReadonlyMap<string, BuilderDefinition>;
  /** Images and builders that are there, but have faults: only who needs them is stopped. */
  readonly broken: BrokenDefinitions;
  /** Faults that do not stop anything: unknown upper-case names in a build.conf, with a suggestion. */
  readonly warnings: readonly string[];
}
