/** The only source of time outside tests. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
