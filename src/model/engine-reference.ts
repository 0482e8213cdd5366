import { apiEngineNames, type ApiEngineName } from './engine-status.ts';

/** Something of an engine, as the engine calls it. */
export interface EngineReference {
  readonly engine: ApiEngineName;
  readonly name: string;
}

/** The name of an image with its tag: `app:latest` for `app`; an image known by its ID alone is called `image`. */
export function taggedName(name: string): string {
  if (/^(sha256:)?[0-9a-f]{12,64}$|@/.test(name)) return 'image:latest';
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}

/** Reads `docker:debian:12`, `podman:localhost/app`; undefined for anything else. */
export function readEngineReference(text: string): EngineReference | undefined {
  const engine = apiEngineNames.find((each) => text.startsWith(`${each}:`));
  const name = text.slice((engine?.length ?? 0) + 1);
  return engine && name !== '' ? { engine, name } : undefined;
}
