/** Something that is not as it must be. */
export interface Finding {
  readonly id?: string;
  readonly store?: string;
  readonly message: string;
}
