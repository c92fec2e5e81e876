/** What the commands on experiments take, as JSON Schemas. */

const ONE = {
  experiment: { type: 'string', description: 'The experiment’s id; the one that is shown.' },
  of: { enum: ['list'], description: '`list`: the row that the context menu was opened on.' }
} as const;

const TRIAL = {
  ...ONE,
  trial: { type: 'integer', minimum: 1, description: 'Its number; the best one.' }
} as const;

export const one = { type: 'object', properties: ONE } as const;

export const stop = {
  type: 'object',
  properties: {
    ...ONE,
    trials: {
      enum: ['finish', 'cancel'],
      description: 'What becomes of trials that run; without it, it is asked for.'
    }
  }
} as const;

export const setCounts = {
  type: 'object',
  properties: {
    ...ONE,
    counts: {
      type: 'object',
      description: 'Without them, they are asked for.',
      properties: {
        maxTrialCount: { type: 'integer', minimum: 1 },
        parallelTrialCount: { type: 'integer', minimum: 1 },
        maxFailedTrialCount: { type: 'integer', minimum: 0 }
      }
    }
  }
} as const;

export const rename = {
  type: 'object',
  properties: {
    ...ONE,
    name: { type: 'string', description: 'Without it, it is asked for.' }
  }
} as const;

export const remove = {
  type: 'object',
  properties: {
    ...ONE,
    runs: {
      enum: ['delete', 'keep'],
      description: 'Whether the runs of its trials go, too; without it, it is asked.'
    }
  }
} as const;

export const oneTrial = { type: 'object', properties: TRIAL } as const;

export const tune = {
  type: 'object',
  properties: {
    parameters: {
      type: 'object',
      description: 'Values of parameters that are not tuned; the others keep their defaults.'
    }
  }
} as const;

export const open = {
  type: 'object',
  required: ['experiment'],
  properties: { experiment: { type: 'string' } }
} as const;
