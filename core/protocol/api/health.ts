import { z } from 'zod';
import { Nothing, type JsonEndpoint } from './endpoint';

export const Health = z.object({
  /** Of the distribution: an extension of another version asks the person to reload the page. */
  version: z.string(),
  /** Changes whenever the server is started anew. */
  instance: z.string(),
  /** Runs that this server went on with by itself when it started. */
  resumed: z.array(z.string())
});
export type Health = z.infer<typeof Health>;

export const getHealth = {
  kind: 'json',
  method: 'GET',
  path: '/health',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: Nothing,
  answer: Health
} as const satisfies JsonEndpoint;

/** One thing that Chard needs on this machine, looked at. */
export const Finding = z.object({ what: z.string(), ok: z.boolean(), detail: z.string() });
export type Finding = z.infer<typeof Finding>;

/** What `chard doctor` says. */
export const getDoctor = {
  kind: 'json',
  method: 'GET',
  path: '/doctor',
  status: 200,
  params: Nothing,
  query: Nothing,
  body: Nothing,
  answer: z.object({ findings: z.array(Finding) })
} as const satisfies JsonEndpoint;
