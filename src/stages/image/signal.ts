import { constants } from 'node:os';

/** True for the number or name, with or without `SIG`, of a signal (signal(7)), real-time ones included. */
export function isSignal(text: string): boolean {
  if (/^\d{1,2}$/.test(text)) return Number(text) >= 1 && Number(text) <= 64;
  const name = text.toUpperCase().replace(/^(SIG)?/, 'SIG');
  return name in constants.signals || /^SIG(RTMIN(\+\d{1,2})?|RTMAX(-\d{1,2})?)$/.test(name);
}
