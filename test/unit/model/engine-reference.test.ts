import { expect, it } from 'vitest';
import { readEngineReference, taggedName } from '../../../src/model/engine-reference.ts';

it.each([
  ['docker:debian:12', { engine: 'docker', name: 'debian:12' }],
  ['podman:localhost/app', { engine: 'podman', name: 'localhost/app' }],
  ['docker:', undefined],
  ['acme/jq', undefined],
  ['./docker:x.tar', undefined],
])('%s is something of an engine, or not', (text, reference) => {
  expect(readEngineReference(text)).toEqual(reference);
});

it.each([
  ['app', 'app:latest'],
  ['app:2', 'app:2'],
  ['localhost:5000/team/app', 'localhost:5000/team/app:latest'],
  ['sha256:0123456789abcdef', 'image:latest'],
  ['b59d5bea6bf8', 'image:latest'],
  [`app@sha256:${'a'.repeat(64)}`, 'image:latest'],
])('%s is called %s', (name, tagged) => {
  expect(taggedName(name)).toBe(tagged);
});
