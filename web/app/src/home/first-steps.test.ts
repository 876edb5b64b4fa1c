import { expect, it } from 'vitest';
import { firstSteps } from './first-steps.ts';

it('names entity and project apart, as the SDK takes no path for either', () => {
  expect(firstSteps('http://localhost:8080', 'acme/手書き 数字')).toContain(
    'init(entity="acme", project="手書き 数字", job',
  );
  expect(firstSteps('http://localhost:8080')).toContain('init(project="first-steps", job');
});
