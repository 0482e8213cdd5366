import { unreadable } from './unreadable.ts';

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON document, whatever is in it; `what` names it in the error `ROOTFS_INVALID`. */
export function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw unreadable(`${what} is no JSON`);
  }
}
