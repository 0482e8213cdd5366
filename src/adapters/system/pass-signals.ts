const passed = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH'] as const;
/** So many requests to end are no longer asked for politely: a first process may ignore them. */
const patience = 3;

/** Whoever gets the signals of this process instead. */
export interface SignalTaker {
  /** Sent in the place of SIGINT and SIGTERM. */
  readonly stopSignal?: number | undefined;
  readonly send: (signal: NodeJS.Signals | number) => PromiseLike<void>;
  readonly kill: () => PromiseLike<void>;
}

/** Passes signals of this process on until the returned function is called. The third SIGINT or SIGTERM kills. */
export function passSignals({ stopSignal, send, kill }: SignalTaker): () => void {
  let asked = 0;
  const listener = (signal: NodeJS.Signals): void => {
    const isRequest = signal === 'SIGINT' || signal === 'SIGTERM';
    if (isRequest) asked += 1;
    void (asked >= patience ? kill() : send((isRequest ? stopSignal : undefined) ?? signal));
  };
  for (const signal of passed) process.on(signal, listener);
  return () => {
    for (const signal of passed) process.off(signal, listener);
  };
}
