import { z } from 'zod';

/**
 * Lets zod interpret schemas: by default it compiles each at its first use, and a command ends before that has paid. To be called
 * before any schema is made, since each looks at this then.
 */
export function interpretSchemas(): void {
  z.config({ jitless: true });
}
