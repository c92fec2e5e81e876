import { demandOf, machineLimits } from './resources';
import { sketchPipeline } from './testing/pipelines';

describe('what a step asks for', () => {
  const demand = (requests: Record<string, string>, limits: Record<string, string> = {}) => {
    const pipeline = sketchPipeline({ steps: { a: { code: '', settings: { requests, limits } } } });
    return demandOf(pipeline.steps[0]!, { cpu: 4, memory: 100, parallel: 8 });
  };

  it('is its requests, else its limits, else its share', () => {
    expect(demand({ cpu: '2', memory: '1Ki' }, { cpu: '3' })).toEqual({ cpu: 2, memory: 1024 });
    expect(demand({}, { cpu: '3', memory: '5' })).toEqual({ cpu: 3, memory: 5 });
    expect(demand({})).toEqual({ cpu: 0.5, memory: 0 });
  });

  it('must be a quantity', () => {
    expect(() => demand({ cpu: 'two' })).toThrow(
      expect.objectContaining({
        code: 'invalid-quantity',
        message: expect.stringContaining('"two"')
      })
    );
    expect(() => demand({ memory: '-1' })).toThrow(/"a" asks for memory/);
  });
});

it('knows the machine', () => {
  const { cpu, memory, parallel } = machineLimits();
  expect(cpu).toBeGreaterThanOrEqual(1);
  expect(parallel).toBe(cpu);
  expect(memory).toBeGreaterThan(2 ** 20);
});
