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
  ...known(
    true,
    ['image'],
    'IMAGE_PARENT INSTALL_MODE CARVE KEEP PRUNE IMAGE_TAGS POST_BUILD_HC POST_BUILD_HC_MAX_DURATION POST_BUILD_HC_INTERVAL ' +
      'POST_BUILD_HC_TIMEOUT POST_BUILD_HC_START_PERIOD POST_BUILD_HC_RETRIES POST_BUILD_HC_MIN_HEALTHY_STREAK',
  ),
  ...known(true, ['image', 'kubler.conf'], 'IMAGE_TAG'),
  ...known(
    true,
    ['image', 'builder'],
    'BUILDER BUILDER_CAPS_SYS_PTRACE BUILDER_MOUNTS BUILDER_DOCKER_ARGS BUILDER_SECCOMP',
  ),
  ...known(
    true,
    ['builder'],
    'PACKAGE_MANAGER BUILDER_BASE BUILDER_BASE_SHA256 BUILDER_SUITE APK_REPOSITORIES APK_KEYS ARCH ARCH_URL STAGE3_BASE STAGE3_DATE',
  ),
  ...known(
    true,
    ['kubler.conf'],
    'AUTHOR DEFAULT_BUILDER KUBLER_DATA_DIR HTTP_PROXY HTTPS_PROXY NO_PROXY MIRROR',
  ),
  ...known(false, ['image'], 'REACH PROVE_ALLOW PARENT_BUILDER_MOUNTS'),
  ...known(
    false,
    ['kubler.conf'],
    'BUILD_ENGINE BUILDER_DOCKER_ARGS_GLOBAL FTP_PROXY KUBLER_DOWNLOAD_DIR KUBLER_DISTFILES_DIR ' +
      'KUBLER_PACKAGES_DIR KUBLER_WORKING_DIR KUBLER_VERBOSE KUBLER_CMD_LOG KUBLER_BELL_ON_ERROR KUBLER_COLORS ' +
      'KUBLER_PORTAGE_GIT KUBLER_DISABLE_KUBLER_NS KUBLER_SKIP_GPG_CHECK KUBLER_POSTBUILD_IMAGE_PRUNE ' +
      'KUBLER_POSTBUILD_VOLUME_PRUNE KUBLER_DEPGRAPH_IMAGE PORTAGE_DATE PORTAGE_URL',
  ),
]);
