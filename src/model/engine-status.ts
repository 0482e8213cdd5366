import type { MissingTool } from './missing-tool.ts';

/** The engines that are programs of their own, with images of their own. */
export const apiEngineNames = ['docker', 'podman'] as const;
export type ApiEngineName = (typeof apiEngineNames)[number];

/** What builds and runs containers. */
export const engineNames = ['native', ...apiEngineNames] as const;
export type EngineName = (typeof engineNames)[number];

/** As users say it; `auto`: the first that works. */
export const engineSettings = ['auto', ...engineNames] as const;
export type EngineSetting = (typeof engineSettings)[number];

/** What this machine can do. */
export interface HostReport {
  /** What the native engine and the builders lack. */
  readonly missing: readonly MissingTool[];
  readonly engines: readonly EngineStatus[];
}

/** What is known of an engine without using it. */
export interface EngineStatus {
  readonly engine: EngineName;
  readonly isReady: boolean;
  /** Its version. */
  readonly version?: string;
  /** Newest version of Docker's API it speaks. */
  readonly apiVersion?: string;
  /** Where it is: `unix:///var/run/docker.sock`. */
  readonly endpoint?: string;
  /** What named that place: `DOCKER_HOST`, `default socket`. */
  readonly source?: string;
  readonly isRootless?: boolean;
  readonly storageDriver?: string;
  /** What is wrong with it. */
  readonly problem?: string;
  /** What to do about it, a sentence or a line to paste. */
  readonly hint?: string;
}
