import fc from 'fast-check';
import { isStepName } from '../../notebook/names';
import { NO_SETTINGS } from '../../notebook/cell-annotation';
import type { CellAnnotation, CellRole, DeclaredStepSettings } from '../../notebook/model';
import { parseTag } from '../../notebook/tags';

const letters = fc.constantFrom('a', 'b', 'Z', '0', '9', '_', '-', 'é', 'ж', '模', 'ü');

/** Step names of any script, with spaces inside. */
export const stepName = fc
  .array(fc.string({ unit: letters, minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 })
  .map(words => words.join(' '))
  .filter(isStepName);

const key = fc.constantFrom(
  'a',
  'cpu',
  'memory',
  'nvidia.com/gpu',
  'app.kubernetes.io/part-of',
  'constructor',
  'x_y.z'
);
const quantity = fc.constantFrom('1', '0.5', '500m', '4Gi', '1e3', '.5', '2.');
const labelValue = fc.constantFrom('', 'x', 'a.b-c_d', '1');
const anyValue = fc.oneof(labelValue, fc.constantFrom('a:b', 'https://x:1/y?z', ' : ', '模型 "q"'));
const variable = fc.constantFrom('A', '_b', 'C_1', 'constructor');

const secret = fc.record({
  secret: fc.constantFrom('db', 'a.b-c'),
  key: fc.constantFrom('user', 'pass.word', '_K-1'),
  env: variable
});

/** Settings of a step as one cell can say them. */
export const stepSettings: fc.Arbitrary<DeclaredStepSettings> = fc
  .record({
    image: fc.option(fc.constantFrom('python:3.12', 'r.example:5000/a/b:1@sha256:0f', 'x')),
    limits: fc.dictionary(key, quantity, { maxKeys: 3 }),
    requests: fc.dictionary(key, quantity, { maxKeys: 3 }),
    labels: fc.dictionary(key, labelValue, { maxKeys: 3 }),
    annotations: fc.dictionary(key, anyValue, { maxKeys: 3 }),
    secrets: fc.uniqueArray(secret, { selector: ({ env }) => env, maxLength: 3 }),
    environment: fc.dictionary(variable, fc.string(), { maxKeys: 3 }),
    cache: fc.option(fc.boolean()),
    retries: fc.option(
      fc.record({
        count: fc.nat(5),
        backoffSeconds: fc.nat(100),
        backoffFactor: fc.integer({ min: 1, max: 4 }),
        maxBackoffSeconds: fc.nat(4000)
      })
    ),
    timeoutSeconds: fc.option(fc.integer({ min: 1, max: 10_000 })),
    nodeSelector: fc.dictionary(key, labelValue, { maxKeys: 3 }),
    tolerations: fc.array(
      fc.record({
        key,
        operator: fc.constant('Exists' as const),
        value: fc.constant(''),
        effect: fc.constantFrom('' as const, 'NoSchedule' as const, 'NoExecute' as const),
        seconds: fc.option(fc.nat(100))
      }),
      { maxLength: 2 }
    ),
    description: fc.option(fc.string())
  })
  .map(settings => ({ ...NO_SETTINGS, ...settings }));

const role: fc.Arbitrary<CellRole> = fc.oneof(
  fc
    .constantFrom(
      'imports' as const,
      'functions' as const,
      'parameters' as const,
      'metrics' as const
    )
    .map(kind => ({ kind })),
  stepName.map(name => ({ kind: 'step' as const, name })),
  fc.record({
    kind: fc.constant('notebook' as const),
    name: stepName,
    path: fc.option(fc.constantFrom('./a.ipynb', '../b c.ipynb'))
  })
);

export const cellAnnotation: fc.Arbitrary<CellAnnotation> = fc.record({
  role: fc.option(role),
  skip: fc.boolean(),
  prev: fc.uniqueArray(stepName, { maxLength: 4 }),
  settings: stepSettings
});

const isForeign = (tag: string) => parseTag(tag).items.length === 0;

/** Tags of other tools, and such as nobody can read. */
export const foreignTag = fc
  .oneof(
    fc.constantFrom('hide-input', 'limit:cpu', 'step:', 'todo', 'report:enabled', ' '),
    fc.string()
  )
  .filter(isForeign);

const ownTag = fc.oneof(
  fc.constantFrom(
    'imports',
    'parameters',
    'skip',
    'block:old',
    'step:a',
    'prev:a',
    'prev:a;b',
    'image:x',
    'image:y:1',
    'limit:cpu:1',
    'label:a:x',
    'annotation:a:x:y',
    'secret:db:user:A',
    'cache:disabled',
    'notebook:n'
  ),
  fc.constantFrom('steps:a', 'import', 'Prev: a;b', 'SKIP', 'limits:cpu:1', 'Block:old'),
  stepName.map(name => `block:${name}`),
  stepName.map(name => `prev:${name}`)
);

/** A cell's tags as they may have grown: ours, others', in any order, double ones too. */
export const tagList = fc.array(fc.oneof(foreignTag, ownTag), { maxLength: 8 });
