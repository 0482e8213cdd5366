/** Where a daemon that speaks the Docker API listens. */
export interface Endpoint {
  readonly kind: 'unix';
  readonly socketPath: string;
}
