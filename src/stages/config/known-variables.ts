/** Which of the files may set a variable: an image's build.conf, a builder's, or the original's kubler.conf. */
export type VariableHome = 'image' | 'builder' | 'kubler.conf';

export interface KnownVariable {
  readonly homes: readonly VariableHome[];
  /** False for what is understood but does nothing in this version; its use is a warning. */
  readonly works: boolean;
}

const known = (works: boolean, homes: readonly VariableHome[], names: string): [string, KnownVariable][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, { homes, works }]);

/** Every variable with a meaning. `BOB_*` come on top: any such name is passed on to hooks and templates. */
export const knownVariables: ReadonlyMap<string, KnownVariable> = new Map([
  ...known(true, ['image'], 'IMAGE_PARENT INSTALL_MODE CARVE REACH KEEP PRUNE PROVE_ALLOW IMAGE_TAGS'),
  ...known(
    true,
    ['image', 'kubler.conf'],
    'IMAGE_TAG DEFAULT_BUILDER POST_BUILD_HC POST_BUILD_HC_MAX_DURATION POST_BUILD_HC_INTERVAL ' +
      'POST_BUILD_HC_TIMEOUT POST_BUILD_HC_START_PERIOD POST_BUILD_HC_RETRIES POST_BUILD_HC_MIN_HEALTHY_STREAK',
  ),
  ...known(true, ['image', 'builder'], 'BUILDER BUILDER_CAPS_SYS_PTRACE BUILDER_MOUNTS BUILDER_DOCKER_ARGS'),
  ...known(true, ['image', 'builder', 'kubler.conf'], 'BUILDER_SECCOMP'),
  ...known(
    true,
    ['builder'],
    'PACKAGE_MANAGER BUILDER_BASE BUILDER_BASE_SHA256 BUILDER_SUITE APK_REPOSITORIES APK_KEYS STAGE3_BASE STAGE3_DATE ' +
      'PORTAGE_TREE PORTAGE_TREE_SHA256',
  ),
  ...known(true, ['builder', 'kubler.conf'], 'ARCH ARCH_URL'),
  ...known(
    true,
    ['kubler.conf'],
    'AUTHOR KUBLER_DATA_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY MIRROR BUILDER_DOCKER_ARGS_GLOBAL',
  ),
  ...known(true, ['builder', 'kubler.conf'], 'PORTAGE_DATE'),
  ...known(false, ['image'], 'PARENT_BUILDER_MOUNTS'),
  ...known(false, ['image', 'builder'], 'BUILD_PRIVILEGED'),
  ...known(
    false,
    ['kubler.conf'],
    'BUILD_ENGINE DOCKER DOCKER_BUILD_OPTS DOCKER_COMMIT_OPTS PODMAN PODMAN_BUILD_OPTS PODMAN_COMMIT_OPTS ' +
      'DOWNLOAD_PATH KUBLER_DISABLE_GPG FTP_PROXY KUBLER_DOWNLOAD_DIR KUBLER_DISTFILES_DIR ' +
      'KUBLER_PACKAGES_DIR KUBLER_WORKING_DIR KUBLER_VERBOSE KUBLER_CMD_LOG KUBLER_BELL_ON_ERROR KUBLER_COLORS ' +
      'KUBLER_PORTAGE_GIT KUBLER_DISABLE_KUBLER_NS KUBLER_SKIP_GPG_CHECK KUBLER_POSTBUILD_IMAGE_PRUNE ' +
      'KUBLER_POSTBUILD_VOLUME_PRUNE KUBLER_DEPGRAPH_IMAGE PORTAGE_URL',
  ),
]);
