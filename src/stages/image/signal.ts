import { constants } from 'node:os';

/** Real-time signals, by their distance from the first and the last (signal(7)); the C library keeps two for itself. */
const firstRealTime = 34;
const lastRealTime = 64;

/**
 * The number of a signal (signal(7)): of its number, or its name with or without `SIG`, real-time ones included.
 * Undefined for what is none.
 */
export function signalNumber(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) return inRange(Number(text), 1);
  const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG');
  const [, end, distance = '0'] = /^SIGRT(MIN(?=$|\+)|MAX(?=$|-))[+-]?(\d{0,2})$/.exec(name) ?? [];
  if (end === 'MIN') return inRange(firstRealTime + Number(distance), firstRealTime);
  if (end === 'MAX') return inRange(lastRealTime - Number(distance), firstRealTime);
  return Object.entries(constants.signals).find(([known]) => known === name)?.[1];
}

const inRange = (number: number, least: number): number | undefined =>
  number >= least && number <= lastRealTime ? number : undefined;
