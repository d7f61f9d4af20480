/** Encrypted data are not those that were written: altered, cut off, or of another file. */
export class AlteredData extends Error {
  override readonly name = "AlteredData";
}
