/** What a person can make of a cell, in the order that it is offered. */
export const KINDS = [
  'step',
  'imports',
  'functions',
  'parameters',
  'metrics',
  'skip',
  'continue'
] as const;
