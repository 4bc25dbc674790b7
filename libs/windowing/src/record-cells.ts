/**
 * A record as doubles in a Float64Array: so it enters, so sliding windows keep it.
 *
 * Three things that the machine asks of this package, where it is called per record:
 * - Doubles lie in cells or in fields, calls take arrays, integers and objects. A double that is handed to a function
 *   is boxed, 16 bytes for the garbage collector, wherever the call is not inlined.
 * - Numbers of cells are taken out of a layout such as this one into a `const` of the file that uses them. Those are
 *   constants of the compiled code; what a module exports or imports is looked up and checked each time.
 * - What belongs together for a key lies together in memory.
 */
export const RECORD = {
  TIME: 0,
  VALUE: 1,
  OFFSET: 2,
  /** Only of the record that enters: the horizon at which it counts no longer, of all definitions that accepted it. */
  EXPIRY: 3,
  /** How many cells the record that enters has. */
  CELLS: 4,
} as const;
