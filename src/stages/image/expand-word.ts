/** What a word is expanded against. */
export interface Expansion {
  readonly escape: string;
  /** The value of a variable. `optional` is true where the word says what to do without one. */
  readonly lookup: (name: string, optional: boolean) => string | undefined;
  /** Makes the error for a word that cannot be expanded. */
  readonly fail: (reason: string) => Error;
}

/** `${A:-${B:-…}}` deeper than this is an attack, not a Dockerfile. */
const maxDepth = 50;

/**
 * Removes quotes and escapes from a word and puts in `$NAME`, `${NAME}`, `${NAME:-x}`, `${NAME:+x}` and `${NAME:?x}`, with
 * or without the colon, nested or not, as Docker does (https://docs.docker.com/reference/dockerfile/#environment-replacement).
 */
export function expandWord(word: string, expansion: Expansion): string {
  return new WordScanner(word, expansion).scan();
}

/** Walks over one word; holds the place it got to. */
class WordScanner {
  readonly #word: string;
  readonly #expansion: Expansion;
  #index = 0;
  #depth = 0;

  constructor(word: string, expansion: Expansion) {
    this.#word = word;
    this.#expansion = expansion;
  }

  /** Expands up to the end or, inside `${…}`, up to the closing brace, which is taken. */
  scan(stop?: '}'): string {
    let result = '';
    for (let char = this.#next(); char !== ''; char = this.#next()) {
      if (char === stop) return result;
      if (char === "'") result += this.#singleQuoted();
      else if (char === '"') result += this.#doubleQuoted();
      else if (char === '$') result += this.#variable();
      else if (char === this.#expansion.escape) result += this.#next();
      else result += char;
    }
    if (stop) throw this.#expansion.fail(`"${this.#word}" lacks a closing brace`);
    return result;
  }

  #next(): string {
    return this.#word.charAt(this.#index++);
  }

  #singleQuoted(): string {
    const end = this.#word.indexOf("'", this.#index);
    if (end < 0) throw this.#expansion.fail(`${this.#word} lacks a closing single quote`);
    const text = this.#word.slice(this.#index, end);
    this.#index = end + 1;
    return text;
  }

  /** Inside double quotes only `"`, `$` and the escape character itself can be escaped. */
  #doubleQuoted(): string {
    const { escape } = this.#expansion;
    let result = '';
    for (let char = this.#next(); char !== ''; char = this.#next()) {
      if (char === '"') return result;
      if (char === '$') result += this.#variable();
      else if (char === escape) {
        const escaped = this.#next();
        result += ['"', '$', escape].includes(escaped) ? escaped : escape + escaped;
      } else result += char;
    }
    throw this.#expansion.fail(`${this.#word} lacks a closing double quote`);
  }

  /** What follows a `$`; the dollar itself where no name does. */
  #variable(): string {
    const braced = this.#word[this.#index] === '{';
    if (braced) this.#index++;
    const name = this.#name();
    if (!braced) return name === '' ? '$' : (this.#expansion.lookup(name, false) ?? '');
    if (name !== '' && this.#word[this.#index] === '}') {
      this.#index++;
      return this.#expansion.lookup(name, false) ?? '';
    }
    if (name === '' || !/^:?[-+?]/.test(this.#word.slice(this.#index))) {
      throw this.#expansion.fail(`"${this.#word}" holds a \${…} that is not understood`);
    }
    return this.#substitution(name);
  }

  #substitution(name: string): string {
    const colon = this.#word[this.#index] === ':';
    if (colon) this.#index++;
    const operator = this.#next();
    if (++this.#depth > maxDepth) throw this.#expansion.fail(`\${…} is nested more than ${maxDepth} deep`);
    const operand = this.scan('}');
    this.#depth--;
    const value = this.#expansion.lookup(name, true);
    const isSet = value !== undefined && !(colon && value === '');
    if (operator === '+') return isSet ? operand : '';
    if (isSet) return value;
    if (operator === '-') return operand;
    throw this.#expansion.fail(operand === '' ? `${name} is not set` : `${name}: ${operand}`);
  }

  #name(): string {
    const names = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]/y;
    names.lastIndex = this.#index;
    const [name = ''] = names.exec(this.#word) ?? [];
    this.#index += name.length;
    return name;
  }
}
