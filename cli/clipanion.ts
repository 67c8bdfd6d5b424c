/**
 * The package does not say which of its files are for ES modules: test runners guess, and take some that Node can't
 * load. Named by its file, it is the same everywhere.
 */
export { type BaseContext, Builtins, Cli, Command, Option } from 'clipanion/lib/advanced/index.js';
