/** What Python does with objects by itself; the special methods of notebook classes are then run. */
export type Operation =
  /** Any of them: conversion, code that cannot be seen. What they give is not looked at. */
  | 'any'
  /** `x + y`, `-x`, `x += y`. */
  | 'calculate'
  /** `print(x)`, `repr(x)`, an f-string. */
  | 'show'
  /** `==`, `<`, and what sorts. */
  | 'compare'
  /** Being a key of a dict or an element of a set. */
  | 'hash'
  /** `if x`, `not x`, `x and y`. */
  | 'truth'
  /** Being gone through or unpacked. */
  | 'iterate'
  /** `x[i]`. */
  | 'take'
  /** `y in x`. */
  | 'contains'
  /** `with x`. */
  | 'enter';

function names(text: string): ReadonlySet<string> {
  return new Set(text.split(' ').map(name => `__${name}__`));
}

const METHODS: Readonly<Record<Exclude<Operation, 'any'>, ReadonlySet<string>>> = {
  calculate: new Set(
    'add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or'
      .split(' ')
      .flatMap(name => ['', 'r', 'i'].map(side => `__${side}${name}__`))
      .concat('__neg__', '__pos__', '__abs__', '__invert__', '__round__')
  ),
  show: names('repr str format'),
  compare: names('eq ne lt le gt ge'),
  hash: names('hash eq'),
  truth: names('bool len'),
  iterate: names('iter next aiter anext getitem len length_hint reversed'),
  take: names('getitem missing class_getitem'),
  contains: names('contains iter next getitem eq hash'),
  enter: names('enter exit aenter aexit')
};

/** Run where an object is made, or known by their names alone. */
const NEVER_BY_OPERATION = names('init new post_init del init_subclass set_name getattr');

/** The operation may run a special method of this name. */
export function mayRun(operation: Operation, method: string): boolean {
  if (operation !== 'any') return METHODS[operation].has(method);
  return /^__\w+__$/.test(method) && !NEVER_BY_OPERATION.has(method);
}

/** The operation is done to what a container holds as well. */
export function goesInside(operation: Operation): boolean {
  return operation === 'show' || operation === 'compare' || operation === 'hash';
}
