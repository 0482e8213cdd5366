/** Pseudo-random numbers below a limit, the same for the same seed (xorshift32). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const sizes = [1, 2, 4, 8];

/**
 * Damages bytes in place as an attacker would, in one to six spots: fields become 0, tiny, huge, negative, an offset near
 * the end or anything, and parts are copied over others. Gives what undoes it.
 */
export function mutate(bytes: Buffer, random: (below: number) => number): () => void {
  const undo: (() => void)[] = [];
  const put = (at: number, part: Uint8Array): void => {
    const fitting = part.subarray(0, bytes.length - at);
    const former = Buffer.from(bytes.subarray(at, at + fitting.length));
    undo.push(() => former.copy(bytes, at));
    bytes.set(fitting, at);
  };
  for (let count = 1 + random(6); count > 0; count -= 1) {
    const size = sizes[random(sizes.length)] ?? 1;
    // Headers and tables begin with what matters most.
    const near = random(3) === 0 ? bytes.length : Math.min(bytes.length, 1024);
    const at = Math.floor(random(near) / size) * size;
    if (random(8) === 0) {
      const from = random(bytes.length);
      put(at, Buffer.from(bytes.subarray(from, from + 1 + random(64))));
    } else put(at, field(size, bytes.length, random));
  }
  return () => {
    for (const each of undo.reverse()) each();
  };
}

function field(size: number, length: number, random: (below: number) => number): Buffer {
  const value = Buffer.alloc(size);
  const number = [0, 1, 2 + random(64), length - random(80), random(length)][random(7)];
  if (number === undefined)
    return random(2) === 0 ? value.fill(0xff) : (value.map(() => random(256)) as Buffer);
  const bytes = Math.min(size, 6);
  if (random(2) === 0) value.writeUIntLE(Math.max(0, number) % 2 ** (8 * bytes), 0, bytes);
  else value.writeUIntBE(Math.max(0, number) % 2 ** (8 * bytes), size - bytes, bytes);
  return value;
}
