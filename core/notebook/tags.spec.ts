import { parseTag, printTag } from './tags';

describe('parseTag', () => {
  it.each([
    ['imports', { kind: 'imports' }],
    ['functions', { kind: 'functions' }],
    ['pipeline-parameters', { kind: 'parameters' }],
    ['parameters', { kind: 'parameters' }],
    ['injected-parameters', { kind: 'parameters' }],
    ['pipeline-metrics', { kind: 'metrics' }],
    ['skip', { kind: 'skip' }],
    ['step:train', { kind: 'step', name: 'train' }],
    ['step:Train model 2', { kind: 'step', name: 'Train model 2' }],
    ['step:обучение', { kind: 'step', name: 'обучение' }],
    ['step:प्रशिक्षण', { kind: 'step', name: 'प्रशिक्षण' }],
    ['step:constructor', { kind: 'step', name: 'constructor' }],
    ['block:load_data', { kind: 'step', name: 'load_data' }],
    ['block:load-data', { kind: 'step', name: 'load-data' }],
    ['prev:load', { kind: 'prev', name: 'load' }],
    ['notebook:clean', { kind: 'notebook', name: 'clean' }],
    ['image:python:3.12', { kind: 'image', image: 'python:3.12' }],
    [
      'image:registry.example:5000/a/b:1@sha256:0f',
      { kind: 'image', image: 'registry.example:5000/a/b:1@sha256:0f' }
    ],
    ['limit:cpu:500m', { kind: 'limit', resource: 'cpu', quantity: '500m' }],
    ['limit:memory:4Gi', { kind: 'limit', resource: 'memory', quantity: '4Gi' }],
    ['limit:nvidia.com/gpu:1', { kind: 'limit', resource: 'nvidia.com/gpu', quantity: '1' }],
    ['limit:cpu:1e3', { kind: 'limit', resource: 'cpu', quantity: '1e3' }],
    [
      'annotation:example.com/link:https://example.com:80/a',
      { kind: 'annotation', key: 'example.com/link', value: 'https://example.com:80/a' }
    ],
    ['annotation:empty:', { kind: 'annotation', key: 'empty', value: '' }],
    [
      'label:app.kubernetes.io/name:x',
      { kind: 'label', key: 'app.kubernetes.io/name', value: 'x' }
    ],
    ['secret:db:pass.word:DB', { kind: 'secret', secret: 'db', key: 'pass.word', env: 'DB' }],
    ['cache:enabled', { kind: 'cache', enabled: true }],
    ['cache:disabled', { kind: 'cache', enabled: false }]
  ])('reads "%s"', (tag, item) => {
    expect(parseTag(tag)).toEqual({ items: [item], problem: null });
  });

  it("reads 2019's list of dependencies", () => {
    expect(parseTag('prev:a;b').items).toEqual([
      { kind: 'prev', name: 'a' },
      { kind: 'prev', name: 'b' }
    ]);
  });

  it.each([
    ['steps:x', 'step:x'],
    ['stpe:x', 'step:x'],
    ['Step:x', 'step:x'],
    [' step: x ', 'step:x'],
    ['step:x ', 'step:x'],
    ['step :x', 'step:x'],
    ['prev :x', 'prev:x'],
    ['Prev: x', 'prev:x'],
    ['previous:x', 'prev:x'],
    ['Block:x', 'block:x'],
    ['limits:cpu:2', 'limit:cpu:2'],
    ['Image: python:3.12', 'image:python:3.12'],
    ['caching:enabled', 'cache:enabled'],
    ['import', 'imports'],
    ['Imports', 'imports'],
    ['imports ', 'imports'],
    ['function', 'functions'],
    ['pipeline_parameters', 'pipeline-parameters'],
    ['pipeline-parameter', 'pipeline-parameters'],
    ['Pipeline Parameters', 'pipeline-parameters'],
    ['pipeline_metrics', 'pipeline-metrics'],
    ['SKIP', 'skip']
  ])('reads "%s" as the "%s" that was meant', (tag, meant) => {
    const { items, problem } = parseTag(tag);
    expect(items).toEqual(parseTag(meant).items);
    expect(items).not.toEqual([]);
    expect(problem).toMatchObject({
      code: 'misspelt-tag',
      severity: 'warning',
      replacement: meant
    });
    expect(problem!.message).toContain(`"${meant}"`);
  });

  it.each([
    'hide-input',
    'remove_cell',
    'raises-exception',
    'stop:here',
    'lock:x',
    'steps:',
    'todo: step',
    'important',
    'report:enabled',
    'in',
    '',
    ':',
    ':x',
    'toString',
    '__proto__',
    '__proto__:x'
  ])('leaves "%s" to others', tag => {
    expect(parseTag(tag)).toEqual({ items: [], problem: null });
  });

  it.each(['step:', 'block:', 'block: ', 'prev:', 'notebook:'])('"%s" says nothing', tag => {
    expect(parseTag(tag)).toMatchObject({
      items: [],
      problem: { code: 'empty-name', severity: 'warning', replacement: '' }
    });
  });

  it.each([
    ['step:a/b', 'step:a b'],
    ['step:@metrics', 'step:metrics'],
    ['block:a:b', 'block:a b'],
    ['prev:a.b', 'prev:a b'],
    ['step:a\tb', 'step:a b'],
    ['step:!', null]
  ])('refuses the name in "%s"', (tag, replacement) => {
    expect(parseTag(tag).problem).toMatchObject({
      code: 'invalid-name',
      severity: 'error',
      replacement
    });
  });

  it('refuses a cell in several steps', () => {
    expect(parseTag('block:a;b').problem).toMatchObject({
      code: 'several-steps',
      severity: 'error',
      replacement: 'block:a'
    });
  });

  it.each([
    'image:',
    'image:a b',
    'limit:cpu',
    'limit:cpu:',
    'limit:cpu:much',
    'limit:cpu:-1',
    'limit:cpu:1:2',
    'limit::1',
    'label:k',
    'label:k:a b',
    'label:a/b/c:x',
    'annotation:k',
    'secret:a:b',
    'secret:a:b:1X',
    'secret:a:b:C:d',
    'cache:on'
  ])('says the form of "%s"', tag => {
    const { items, problem } = parseTag(tag);
    expect(items).toEqual([]);
    expect(problem).toMatchObject({ code: 'invalid-tag', severity: 'error' });
    expect(problem!.message).toContain(tag);
  });
});

describe('printTag', () => {
  it('keeps the old spelling of a step', () => {
    expect(printTag({ kind: 'step', name: 'a' }, 'block:b')).toBe('block:a');
    expect(printTag({ kind: 'step', name: 'a' }, 'imports')).toBe('step:a');
  });
});
