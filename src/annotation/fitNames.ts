/** The names that there is room for, and how many there is none for. */
export interface FittedNames {
  readonly inputs: readonly string[];
  readonly moreInputs: number;
  readonly outputs: readonly string[];
  readonly moreOutputs: number;
}

const SEPARATOR = 2;
const MORE = 5;

/**
 * Chooses the names to show in `room` characters: what goes out first, since it says what the step is for; at least one
 * name of each side where it has any.
 */
export function fitNames(
  inputs: readonly string[],
  outputs: readonly string[],
  room: number
): FittedNames {
  const shownOut = fit(outputs, inputs.length === 0 ? room : Math.floor(room * 0.6));
  const left = room - widthOf(outputs.slice(0, shownOut)) - MORE;
  const shownIn = fit(inputs, left);
  return {
    inputs: inputs.slice(0, shownIn),
    moreInputs: inputs.length - shownIn,
    outputs: outputs.slice(0, shownOut),
    moreOutputs: outputs.length - shownOut
  };
}

function widthOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + name.length + SEPARATOR, 0);
}

function fit(names: readonly string[], room: number): number {
  if (widthOf(names) <= room) return names.length;
  let count = 0;
  let width = MORE;
  while (count < names.length && width + names[count]!.length + SEPARATOR <= room) {
    width += names[count]!.length + SEPARATOR;
    count++;
  }
  return Math.max(1, count);
}
