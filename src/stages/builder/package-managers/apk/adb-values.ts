/**
 * An object or array of a database of apk 3: fields and items are numbered from 1. What is not there is 0, an empty text,
 * no bytes or an empty object.
 */
export interface AdbObject {
  /** Number of the last field or item. */
  readonly last: number;
  readonly integer: (number: number) => number;
  readonly bytes: (number: number) => Buffer;
  readonly text: (number: number) => string;
  readonly object: (number: number) => AdbObject;
}

/** What may be read of one database: values, and 16 bytes of content for one each. Objects may be shared, so that few bytes can be many. */
const maxValues = 8_000_000;

const none: AdbObject = {
  last: 0,
  integer: () => 0,
  bytes: () => Buffer.alloc(0),
  text: () => '',
  object: () => none,
};

/** A value is 4 bits of type and 28 of content or offset: apk-v3(5), "ADB block". */
const types = { int: 1, int32: 2, int64: 3, blob8: 8, blob16: 9, blob32: 10, array: 13, object: 14 } as const;
const offsetBits = 0x0fffffff;
const headerBytes = 8;

/** The root object of a database. Everything throws an `Error` for what points outside, or is no such value. */
export function readAdb(bytes: Buffer): AdbObject {
  if (bytes.length < headerBytes) throw damaged('it is too short');
  if (bytes[0] !== 0) throw damaged(`it is of format ${bytes[0] ?? 0}, which is not known`);
  let left = maxValues;
  const at = (offset: number, length: number): number => {
    left -= 1 + Math.floor(length / 16);
    if (left < 0) throw damaged('it has too many values (maxValues)');
    if (offset + length > bytes.length) throw damaged('a value is outside');
    return offset;
  };
  return toObject({ bytes, at }, bytes.readUInt32LE(4));
}

interface Source {
  readonly bytes: Buffer;
  /** Checks that so many bytes are there, and returns the offset. */
  readonly at: (offset: number, length: number) => number;
}

function toObject(source: Source, value: number): AdbObject {
  if (value === 0) return none;
  const type = value >>> 28;
  if (type !== types.array && type !== types.object) throw damaged(`an object of type ${type}`);
  const start = source.at(value & offsetBits, 4);
  const count = source.bytes.readUInt32LE(start);
  source.at(start, Math.max(count, 1) * 4);
  const field = (number: number): number =>
    number < count ? source.bytes.readUInt32LE(source.at(start + 4 * number, 4)) : 0;
  return {
    last: Math.max(count, 1) - 1,
    integer: (number) => toInteger(source, field(number)),
    bytes: (number) => toBytes(source, field(number)),
    text: (number) => toBytes(source, field(number)).toString('utf8'),
    object: (number) => toObject(source, field(number)),
  };
}

function toInteger({ bytes, at }: Source, value: number): number {
  const offset = value & offsetBits;
  const type = value >>> 28;
  if (value === 0) return 0;
  if (type === types.int) return offset;
  if (type === types.int32) return bytes.readUInt32LE(at(offset, 4));
  if (type !== types.int64) throw damaged(`a number of type ${type}`);
  const number = Number(bytes.readBigUInt64LE(at(offset, 8)));
  if (!Number.isSafeInteger(number)) throw damaged('a number is too large');
  return number;
}

const lengthOfLengths: ReadonlyMap<number, number> = new Map([
  [types.blob8, 1],
  [types.blob16, 2],
  [types.blob32, 4],
]);

function toBytes({ bytes, at }: Source, value: number): Buffer {
  if (value === 0) return Buffer.alloc(0);
  const offset = value & offsetBits;
  const lengthBytes = lengthOfLengths.get(value >>> 28);
  if (lengthBytes === undefined) throw damaged(`a text of type ${value >>> 28}`);
  const length = bytes.readUIntLE(at(offset, lengthBytes), lengthBytes);
  const start = at(offset + lengthBytes, length);
  return bytes.subarray(start, start + length);
}

const damaged = (reason: string): Error => new Error(`it is damaged: ${reason}`);
