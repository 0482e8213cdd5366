import { expect, test } from 'vitest';
import { commandName } from '../../../../src/stages/image-test/test-command.ts';

test.each([
  [{ name: 'it starts', run: 'x' }, ['/x'], 'command: it starts'],
  [{ run: ' x  -y ' }, ['/x'], 'command: x -y'],
  [{ run: ['x', 'a b'] }, [], 'command: x a b'],
  [{ args: ['-y'] }, ['/x'], 'command: (entrypoint) -y'],
  [{ args: ['x', '-y'] }, [], 'command: x -y'],
])('the name of %j with ENTRYPOINT %j', (command, entrypoint, name) => {
  expect(commandName({ config: { Entrypoint: entrypoint } }, command)).toBe(name);
});
