import { describe, expect, it } from 'vitest';
import { toKublerError } from '../../../../src/adapters/docker/daemon-error.ts';

const host = { name: 'docker' } as const;
const failure = (message: string, more: object): Error => Object.assign(new Error(message), more);

describe('toKublerError', () => {
  it.each([
    ['ENGINE_UNAVAILABLE', failure('connect ECONNREFUSED /s', { code: 'ECONNREFUSED' })],
    ['ENGINE_UNAVAILABLE', failure('socket hang up', { code: 'ECONNRESET' })],
    [
      'HOST_WRITE_FAILED',
      failure('x', { statusCode: 500, json: { message: 'write /a: no space left on device' } }),
    ],
    ['ENGINE_REFUSED', failure('x', { statusCode: 404, json: { message: 'No such image: sha256:1' } })],
    [
      'ENGINE_REFUSED',
      failure('x', { statusCode: 500, json: { message: 'connection reset in its own words' } }),
    ],
  ])('is %s', (code, error) => {
    expect(toKublerError(host, 'keep a root', error)).toMatchObject({
      code,
      message: expect.stringMatching(/^cannot keep a root: /) as unknown,
    });
  });

  it('says what to do about an image that has gone', () => {
    const error = failure('x', { statusCode: 404, json: { message: 'No such image: sha256:1' } });
    expect(toKublerError(host, 'start a container', error).hint).toContain('made anew');
  });
});
