import { hashed, looksHashed } from '../kfp';
import { printChoice } from '../../experiment/katibForm';
import type { Choice } from '../../experiment/model';

/** Katib's own limit: it makes further names from this one. */
const MAX_LENGTH = 40;
const EXPERIMENT = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
/** What Katib's collector takes for a name; `|` too, which is left out here. */
const METRIC = /^[A-Za-z0-9_-]+$/;
/** Put between quotes in JSON, and into a line of Katib's tables, without being taken for something else. */
const PLAIN_CHOICE = /^[\w.+-][\w.+ -]*$/;

/**
 * An experiment's name as Katib wants it: at most 40 small letters, digits and `-`, beginning with a letter. A name that
 * cannot be so gets a hash of the whole name behind what can, so that different names stay different.
 */
export function experimentId(name: string): string {
  const isPlain = EXPERIMENT.test(name) && name.length <= MAX_LENGTH && !looksHashed(name);
  return isPlain ? name : hashed(name, '-', 'experiment', MAX_LENGTH);
}

/** A metric's name as Katib's collector finds it in a line, on the same terms. */
export function metricId(name: string): string {
  return METRIC.test(name) && !looksHashed(name) ? name : hashed(name, '_', 'metric');
}

/**
 * What stands for each of a parameter's choices in Katib, which writes it into the trial's description as it is: the
 * choice where it is plain, else its place.
 */
export function choiceTokens(list: readonly Choice[]): Map<string, Choice> {
  const tokens = new Map<string, Choice>();
  for (const choice of new Set(list)) {
    const text = printChoice(choice);
    const isPlain = PLAIN_CHOICE.test(text) && !/^choice-\d+$/.test(text) && !tokens.has(text);
    tokens.set(isPlain ? text : `choice-${tokens.size + 1}`, choice);
  }
  return tokens;
}
