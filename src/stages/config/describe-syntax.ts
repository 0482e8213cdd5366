import type { CommandNode, Statement, WordPart } from 'unbash';

const shorten = (text: string): string => {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 40 || line !== text ? `${line.slice(0, 40)}…` : line;
};

const commandNames: Readonly<Record<Exclude<CommandNode['type'], 'Command' | 'While'>, string>> = {
  If: '"if"',
  For: '"for"',
  ArithmeticFor: '"for"',
  Select: '"select"',
  Case: '"case"',
  Function: 'a function',
  Subshell: 'a subshell "( … )"',
  BraceGroup: 'a command group "{ … }"',
  TestCommand: '"[[ … ]]"',
  ArithmeticCommand: 'arithmetic "(( … ))"',
  Redirected: 'a redirection',
  Coproc: '"coproc"',
};

/** What a statement of a shell file that is not an assignment is called: `"if"`, `the command "date"`. */
export function describeStatement(command: Statement['command']): string {
  if (command.type === 'AndOr') return `"${command.operators[0] ?? '&&'}"`;
  if (command.type === 'Pipeline') return command.operators[0] ? 'a pipeline' : '"!" or "time"';
  if (command.type === 'While') return `"${command.kind}"`;
  if (command.type === 'Command') return `the command "${shorten(command.name?.text ?? '')}"`;
  return commandNames[command.type];
}

const partNames: Readonly<Partial<Record<WordPart['type'], string>>> = {
  CommandExpansion: 'command substitution',
  ArithmeticExpansion: 'arithmetic',
  ProcessSubstitution: 'process substitution',
  BraceExpansion: 'brace expansion',
  ExtendedGlob: 'an extended pattern',
  Glob: 'a pattern with quotes or variables in brackets',
  LocaleString: 'a translated string',
  ParameterExpansion: 'the expansion',
  SimpleExpansion: 'the expansion',
};

/** What a part of a word that is not supported is called: `command substitution "$(date)"`. */
export const describePart = (part: WordPart): string =>
  `${partNames[part.type] ?? 'the word'} "${shorten(part.text)}"`;
