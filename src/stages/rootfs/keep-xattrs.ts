/** Attributes that go into an image, and the names of those that do not. */
export interface KeptXattrs {
  readonly kept: ReadonlyMap<string, Uint8Array>;
  readonly dropped: readonly string[];
}

/** `security.capability` and `user.*` without overlayfs's own `user.overlay.*`, with capabilities in revision 2. */
export function keepXattrs(xattrs: ReadonlyMap<string, Uint8Array>): KeptXattrs {
  if (xattrs.size === 0) return { kept: xattrs, dropped: [] };
  const kept = new Map<string, Uint8Array>();
  const dropped: string[] = [];
  for (const [name, value] of xattrs) {
    if (name === 'security.capability') kept.set(name, toRevision2(value));
    else if (name.startsWith('user.') && !name.startsWith('user.overlay.')) kept.set(name, value);
    else dropped.push(name);
  }
  return { kept, dropped };
}

/**
 * File capabilities of revision 3 (set in a user namespace) end in the namespace's root id, which means nothing
 * elsewhere; without it they are revision 2. capabilities(7), "File capability extended attribute versioning".
 */
function toRevision2(capability: Uint8Array): Uint8Array {
  const isRevision3 = capability.length === 24 && capability[3] === 3;
  if (!isRevision3) return capability;
  const converted = Uint8Array.from(capability.subarray(0, 20));
  converted[3] = 2;
  return converted;
}
