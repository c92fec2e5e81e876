import type { Pipeline } from '@chard/core/pipeline';

/** The steps that take a name from a step, or may: where several change it, contents decide. */
export function takersOf(pipeline: Pipeline | null, step: string, name: string): string[] {
  if (!pipeline) return [];
  const { steps, metricsStep } = pipeline;
  return [...steps, ...(metricsStep ? [metricsStep] : [])]
    .filter(({ inputs }) =>
      inputs.some(input => input.name === name && input.candidates.includes(step))
    )
    .map(taker => taker.name);
}
