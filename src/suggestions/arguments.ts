/** What the command that suggests steps takes, as a JSON Schema. */

export const suggest = {
  type: 'object',
  properties: {
    ask: { type: 'boolean', description: 'false takes all suggestions without a preview.' }
  }
} as const;
