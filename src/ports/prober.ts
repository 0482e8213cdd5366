export interface HttpQuestion {
  readonly port: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; several of one name are joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Cut after 4 MiB. */
  readonly body: string;
}

/** Asks what listens on this machine's 127.0.0.1, such as the published ports of a container. */
export interface Prober {
  /** Whether a connection is accepted and kept; what passes connections on may accept one it then has to drop. */
  accepts(port: number): Promise<boolean>;
  /** Undefined when nothing answers: refused, dropped, silent, or no HTTP. */
  request(question: HttpQuestion): Promise<HttpAnswer | undefined>;
}
