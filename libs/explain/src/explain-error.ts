/** Why there is no explanation; HTTP and the command line each give it a status of their own. */
export type ExplainFault =
  /** The query cannot be meant: no such partition, a symbol that no key can hold. */
  | 'bad_query'
  /** No result of this key anywhere we looked. */
  | 'unknown_symbol'
  /** No definition of this name. */
  | 'unknown_window'
  /** The definition has no window of the key that ends there, or has not published it. */
  | 'no_window'
  /** Several definitions have one: which is meant has to be said. */
  | 'several_windows'
  /** Nothing was ever averaged in this partition. */
  | 'nothing_averaged'
  /** Records of the window are removed from the input already. */
  | 'input_gone'
  /** The limits were reached before the result was found. */
  | 'search_cut'
  /** Kafka did not give what it said is there. */
  | 'timeout';

export class ExplainError extends Error {
  override name = 'ExplainError';
  readonly code: ExplainFault;

  constructor(code: ExplainFault, message: string) {
    super(message);
    this.code = code;
  }
}
