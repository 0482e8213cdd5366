/** How a text must be; everything that is given must hold. */
export type TextRule =
  | string
  | {
      /** The whole text; one line feed at the end of either does not matter. */
      readonly equals?: string | undefined;
      readonly contains?: string | readonly string[] | undefined;
      /** A JavaScript regular expression, found anywhere; `^` and `$` match at lines. */
      readonly matches?: string | undefined;
    };

/** How a container of a test is set up. What is left out is as strict as it can be. */
export interface ContainerRules {
  /** Default: true. */
  readonly readOnly?: boolean | undefined;
  /** Folders that can be written to all the same, empty at first. */
  readonly writable?: readonly string[] | undefined;
  /** Default: none at all. `default`: those `kubler run` gives. */
  readonly capabilities?: 'none' | 'default' | undefined;
  /** As in USER. Default: that of the image. */
  readonly user?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Seconds until a test has failed. Default: 30. */
  readonly timeout?: number | undefined;
}

export interface CommandTest extends ContainerRules {
  readonly name?: string | undefined;
  /** A command and its arguments, instead of ENTRYPOINT and CMD; a text is split at blanks… */
  readonly run?: string | readonly string[] | undefined;
  /** …or what follows ENTRYPOINT, instead of CMD. */
  readonly args?: readonly string[] | undefined;
  /** Runs in the container in which the image's own process runs. */
  readonly inService?: boolean | undefined;
  readonly workingDir?: string | undefined;
  readonly stdin?: string | undefined;
  /** Default: 0. */
  readonly exitCode?: number | undefined;
  readonly stdout?: TextRule | undefined;
  readonly stderr?: TextRule | undefined;
}

export interface FileTest {
  /** Absolute. */
  readonly path: string;
  /** Default: true. */
  readonly exists?: boolean | undefined;
  /** Links are followed unless `symlink` is asked for. */
  readonly type?: 'file' | 'directory' | 'symlink' | 'fifo' | undefined;
  /** Octal digits: `0644`. */
  readonly mode?: string | undefined;
  /** `USER` or `USER:GROUP`, names or numbers. */
  readonly owner?: string | undefined;
  /** Where a symlink points to. */
  readonly target?: string | undefined;
  readonly content?: TextRule | undefined;
}

export interface HttpTest {
  /** Default: the only port the image exposes. */
  readonly port?: number | undefined;
  /** With the query. Default: `/`. */
  readonly path?: string | undefined;
  readonly request?:
    | {
        readonly method?: string | undefined;
        readonly headers?: Readonly<Record<string, string>> | undefined;
        readonly body?: string | undefined;
      }
    | undefined;
  /** Default: 200. Redirects are not followed. */
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, TextRule>> | undefined;
  readonly body?: TextRule | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
}

/** A checked `test.yaml`, as written. */
export interface TestFile extends ContainerRules {
  readonly commands?: readonly CommandTest[] | undefined;
  readonly files?: readonly FileTest[] | undefined;
  /** TCP ports that must accept connections. */
  readonly ports?: readonly number[] | undefined;
  readonly http?: readonly HttpTest[] | undefined;
}

/** When a container passes its HEALTHCHECK: `POST_BUILD_HC_*`. Times in seconds. */
export interface HealthRules {
  /** After the start period. */
  readonly maxDuration: number;
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly retries: number;
  readonly minHealthyStreak: number;
}

/** What an image must pass before it counts as built. */
export interface ImageTests {
  /** Whether its folder has a `build-test.sh`. */
  readonly buildTest: boolean;
  readonly health: HealthRules | undefined;
  readonly file: TestFile | undefined;
}

/** Names of the files in an image's folder that are read by its tests only. */
export const buildTestName = 'build-test.sh';
export const testFileName = 'test.yaml';

/** Whether they ask the image's own process at its ports, which takes more of a machine than the engine does. */
export const asksPorts = ({ file }: ImageTests): boolean =>
  (file?.ports ?? []).length > 0 || (file?.http ?? []).length > 0;

/** True for an image that nothing is known to test. */
export const isUntested = ({ buildTest, health, file }: ImageTests): boolean =>
  !buildTest && !health && !file;
