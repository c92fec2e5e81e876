/** What the command that repairs a problem takes, as a JSON Schema. */

export const applyFix = {
  type: 'object',
  properties: {
    code: {
      type: 'string',
      description:
        'The code of the diagnostic; without it, the first of the active cell that can be repaired.'
    },
    cell: {
      type: 'integer',
      description: 'Its cell; without it, the first with the code.'
    },
    fix: { type: 'integer', minimum: 0, description: 'Which of its repairs; the first.' }
  }
} as const;
