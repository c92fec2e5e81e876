export * from './analyse';
export * from './ast';
export * from './ipython';
export { tokenize, type Token, type TokenKind } from './lexer';
export * from './literals';
export * from './parser';
export * from './scopes';
export * from './walk';
