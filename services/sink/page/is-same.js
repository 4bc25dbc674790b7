/**
 * @param {readonly unknown[]} one
 * @param {readonly unknown[]} other
 */
export const isSame = (one, other) =>
  one.length === other.length && one.every((value, index) => value === other[index]);
