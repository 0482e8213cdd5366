/** What is told of the making of a base. */
export interface BaseLog {
  /** The last lines, for an error message. */
  readonly tail: readonly string[];
  readonly line: (text: string) => void;
  /** Takes debootstrap's own log, which it refers to when it fails: all of it is logged, its first errors are told. */
  readonly inner: (text: string) => void;
}

const tailLines = 40;
const innerErrors = 10;

/** @param log gets every line */
export function openBaseLog(log: (line: string) => void): BaseLog {
  const tail: string[] = [];
  const line = (text: string): void => {
    tail.push(text);
    if (tail.length > tailLines) tail.shift();
    log(text);
  };
  const inner = (text: string): void => {
    let errors = 0;
    for (const each of text.split('\n').filter(Boolean)) {
      const isError = /error|cannot|fail/i.test(each);
      if (isError && (errors += 1) <= innerErrors) line(each);
      else log(each);
    }
  };
  return { tail, line, inner };
}
